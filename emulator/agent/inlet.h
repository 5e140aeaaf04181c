// From the host to a file of the guest, which may be slower than the host.
#pragma once

#include "stream.h"

void inlet_on_event(struct agent *agent, struct source *source, uint32_t events);
void inlet_receive(struct agent *agent, struct stream *stream, struct wire_bytes content);
/** Writes what is pending, as far as the file takes it; then the end, if the host said so. */
void inlet_push(struct agent *agent, struct stream *stream);
/** The input is done: closes its file. (stream.c) */
void stream_end_input(struct agent *agent, struct stream *stream);

// From a file of the guest to the host, as far as the host's window reaches.
#pragma once

#include "stream.h"

void outlet_on_event(struct agent *agent, struct source *source, uint32_t events);
void outlet_credit(struct agent *agent, struct stream *stream, uint32_t bytes);

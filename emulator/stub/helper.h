// A program that the host has us run where the command was typed, as the person who typed it: it packs and unpacks files.
#pragma once

#include "protocol.h"

/** Each writes its answer to `output`: `done` with an errno, `content`, `finished`. One helper runs at a time. */
void helper_start(struct buffer *output, uint32_t id, const struct cli_start *request);
/** What it printed, once there is something; empty at the end. */
void helper_take(struct buffer *output, uint32_t id, const struct cli_take *request);
/** To its standard input, all of it. */
void helper_give(struct buffer *output, uint32_t id, const struct cli_give *request);
/** Ends its input, or the whole of it, and waits. */
void helper_finish(struct buffer *output, uint32_t id, const struct cli_finish *request);
/** From any thread, when we end ourselves. */
void helper_kill(void);

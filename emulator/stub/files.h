// Files where the command was typed, for the host: build context, --env-file, --cidfile.
#pragma once

#include "protocol.h"

/** Each writes its answer to `output`: `content`, or `done` with an errno. */
void file_read(struct buffer *output, uint32_t id, const struct cli_read *request);
void file_write(struct buffer *output, uint32_t id, const struct cli_write *request);
void file_remove(struct buffer *output, uint32_t id, const struct cli_remove *request);

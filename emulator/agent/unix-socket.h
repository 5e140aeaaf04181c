// Listening on a unix socket of the guest.
#pragma once

#include <stdint.h>

#include "../lib-c/error.h"

/** Replaces what is at `path`. @return the fd, which does not block and closes on exec, or -1 */
int unix_listen(const char *path, uint32_t mode, struct error *err);

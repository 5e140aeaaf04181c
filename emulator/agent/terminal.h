// Pseudo terminals.
#pragma once

#include <stdint.h>

#include "../lib-c/error.h"

/** A new terminal; both fds are the caller's and close on exec, the master does not block. */
int terminal_open(int *master, int *slave, struct error *err);
/** Sets the window's size; the foreground process group gets SIGWINCH. 0 columns leave it as it is. */
int terminal_resize(int fd, uint16_t cols, uint16_t rows, struct error *err);

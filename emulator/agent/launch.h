// Starting a program, without copying the agent's page tables.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "../lib-c/error.h"

struct launch {
  char **argv, **env;
  const char *cwd;
  /** What becomes fds 0 to 3; all are 4 or above. -1 for fd 3 leaves it closed. */
  int fds[4];
  /** fd 0 becomes the controlling terminal. */
  bool controlling;
};

/** @return the process, its exec done; or -1 when that failed, with its errno */
pid_t launch(const struct launch *launch, struct error *err);

// The command line.
#pragma once

#include <stdbool.h>

struct arguments {
  /** `exec` rather than `run`. */
  bool is_exec;
  const char *id, *bundle, *process, *console_socket, *state_root;
};

/** @return 0, or -1 when it is none of ours */
int arguments_parse(struct arguments *arguments, int argc, char **argv);

// The command line.
#pragma once

enum action { ACTION_RUN, ACTION_EXEC, ACTION_DELETE };

struct arguments {
  enum action action;
  const char *id, *bundle, *process, *console_socket, *state_root;
  /** Seconds that the created container waits for SIGUSR1. */
  const char *hold;
};

/** @return 0, or -1 when it is none of ours */
int arguments_parse(struct arguments *arguments, int argc, char **argv);

// The first process of a container that was run with --init. The kernel gives orphans to process 1 and spares it every signal
// without a handler; most programs expect neither. So this one is process 1, runs the program as its child, passes signals
// on, collects whatever dies, and ends as the program ended.
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib-c/io.h"

#define VERSION_LINE "tini version 0.19.0\n"
#define USAGE "usage: docker-init [-g] [-s] [--version] [--] PROGRAM [ARG...]\n"
#define SIGNAL_EXIT_BASE 128
#define NOT_RUNNABLE 126
#define NOT_FOUND 127
#define USAGE_ERROR 1

struct options {
  /** Signals go to the child's whole process group. */
  bool to_group;
  /** Orphans come here even when this is not process 1. */
  bool subreaper;
  /** The program and its arguments. */
  char **command;
};

/** Faults of this program's own must not wait in a queue. */
static const int not_forwarded[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU};

static int parse(struct options *options, int argc, char **argv) {
  int option;
  while ((option = getopt(argc, argv, "+gs")) != -1) {
    if (option == 'g') options->to_group = true;
    if (option == 's') options->subreaper = true;
    if (option == '?') return -1;
  }
  options->command = argv + optind;
  return optind < argc ? 0 : -1;
}

static void block_signals(sigset_t *before) {
  sigset_t all;
  sigfillset(&all);
  for (size_t i = 0; i < sizeof(not_forwarded) / sizeof(*not_forwarded); i++) sigdelset(&all, not_forwarded[i]);
  sigprocmask(SIG_SETMASK, &all, before);
  // A process in the background that takes the terminal would be stopped for it.
  signal(SIGTTIN, SIG_IGN);
  signal(SIGTTOU, SIG_IGN);
}

/** In a process group of its own, which has the terminal if there is one. */
__attribute__((noreturn)) static void become(char **command, const sigset_t *mask) {
  setpgid(0, 0);
  (void)tcsetpgrp(STDIN_FILENO, getpgrp());
  signal(SIGTTIN, SIG_DFL);
  signal(SIGTTOU, SIG_DFL);
  sigprocmask(SIG_SETMASK, mask, NULL);
  execvp(command[0], command);
  int error = errno;
  fprintf(stderr, "[FATAL tini (%d)] exec %s failed: %s\n", (int)getpid(), command[0], strerror(error));
  _exit(error == ENOENT ? NOT_FOUND : NOT_RUNNABLE);
}

/** Collects all that died. @return true when `child` is among them; its wait status is in `status` then */
static bool reap(pid_t child, int *status) {
  bool ended = false;
  for (;;) {
    int one = 0;
    pid_t gone = (pid_t)RETRY(waitpid(-1, &one, WNOHANG));
    if (gone <= 0) return ended;
    if (gone != child) continue;
    *status = one;
    ended = true;
  }
}

static int wait_for(pid_t child, const struct options *options) {
  sigset_t all;
  sigfillset(&all);
  for (;;) {
    int status = 0;
    int number = (int)RETRY(sigwaitinfo(&all, NULL));
    if (number < 0) return USAGE_ERROR;
    if (number != SIGCHLD) {
      (void)kill(options->to_group ? -child : child, number);
    } else if (reap(child, &status)) {
      return WIFSIGNALED(status) ? SIGNAL_EXIT_BASE + WTERMSIG(status) : WEXITSTATUS(status);
    }
  }
}

int main(int argc, char **argv) {
  struct options options = {0};
  if (argc == 2 && strcmp(argv[1], "--version") == 0)
    return write_all(STDOUT_FILENO, VERSION_LINE, sizeof(VERSION_LINE) - 1) < 0;
  if (parse(&options, argc, argv) < 0) {
    (void)write_all(STDERR_FILENO, USAGE, sizeof(USAGE) - 1);
    return USAGE_ERROR;
  }
  sigset_t before;
  block_signals(&before);
  if (options.subreaper) prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t child = fork();
  if (child < 0) {
    perror("docker-init: fork");
    return USAGE_ERROR;
  }
  if (child == 0) become(options.command, &before);
  return wait_for(child, &options);
}

// vfork: the child borrows the agent's memory until it execs, so it may only make system calls and note how they failed.
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib-c/io.h"

/** What a login on an ordinary system gets. */
#define CHILD_UMASK 022
static const struct rlimit child_files = {1024, 4096};

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct attempt {
  const struct launch *launch;
  /** NUL-separated paths to try, an empty one last. */
  const char *paths;
  /** Written by the child. */
  volatile int number;
  const char *volatile step;
};

static const char *path_variable(char **env) {
  for (; *env; env++)
    if (strncmp(*env, "PATH=", 5) == 0) return *env + 5;
  return default_path;
}

/** On the heap. */
static char *candidate_paths(const struct launch *launch) {
  const char *name = launch->argv[0];
  const char *path = strchr(name, '/') ? "" : path_variable(launch->env);
  size_t entries = 1;
  for (const char *at = path; *at; at++) entries += *at == ':';
  char *paths = malloc(strlen(path) + entries * (strlen(name) + 3) + 1);
  if (!paths) abort();
  char *out = paths;
  for (const char *at = path;; at++) {
    size_t length = strcspn(at, ":");
    out = mempcpy(out, at, length);
    if (length > 0) *out++ = '/';
    out = stpcpy(out, name) + 1;
    at += length;
    if (!*at) break;
  }
  *out = 0;
  return paths;
}

static void give_up(struct attempt *attempt, const char *step, int number) {
  attempt->step = step;
  attempt->number = number;
  _exit(127);
}

static void prepare_child(struct attempt *attempt) {
  const struct launch *launch = attempt->launch;
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  umask(CHILD_UMASK);
  setrlimit(RLIMIT_NOFILE, &child_files);
  setsid();
  for (int fd = 0; fd < 4; fd++)
    if (launch->fds[fd] >= 0 && dup2(launch->fds[fd], fd) < 0) give_up(attempt, "prepare", errno);
  if (launch->controlling && ioctl(0, TIOCSCTTY, 0) < 0) give_up(attempt, "give a terminal to", errno);
  if (chdir(launch->cwd) < 0) give_up(attempt, "enter the working directory of", errno);
}

static void exec_child(struct attempt *attempt) {
  int number = ENOENT;
  for (const char *path = attempt->paths; *path; path += strlen(path) + 1) {
    execve(path, attempt->launch->argv, attempt->launch->env);
    // As shells do: a program that may not be run hides none further on, but is the better excuse.
    if (errno != ENOENT && errno != ENOTDIR && number != EACCES) number = errno;
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) break;
  }
  give_up(attempt, "run", number);
}

static pid_t start(struct attempt *attempt) {
  pid_t pid = vfork();
  if (pid != 0) return pid;
  prepare_child(attempt);
  exec_child(attempt);
  _exit(127);
}

pid_t launch(const struct launch *launch, struct error *err) {
  AUTO_FREE char *paths = candidate_paths(launch);
  struct attempt attempt = {.launch = launch, .paths = paths};
  pid_t pid = start(&attempt);
  if (pid < 0) return fail(err, errno, "Cannot start a process for %s", launch->argv[0]);
  if (!attempt.number) return pid;
  RETRY(waitpid(pid, NULL, 0));
  const char *at = strncmp(attempt.step, "enter", 5) == 0 ? launch->cwd : "";
  return fail(err, attempt.number, "Cannot %s %s%s%s", attempt.step, launch->argv[0], *at ? ", " : "", at);
}

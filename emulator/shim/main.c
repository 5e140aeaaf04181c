// The supervisor of one container, or of one `docker exec`: starts it through libcrun, waits, reports, cleans up. Its stdin,
// stdout and stderr are the container's, passed on as they are; fd 3 carries what becomes of it (status.h). What is left of a
// container whose shim was killed is cleaned up by `delete`.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arguments.h"
#include "report.h"
#include "status.h"
#include "task.h"
#include "wait.h"

#define USAGE                                                                                                          \
  "usage: drydock-shim run --bundle DIR --id ID | exec --id ID --process FILE | delete --bundle DIR --id ID\n"                                       \
  "       [--console-socket PATH] [--state-root DIR] [--hold SECONDS]    (fd 3 gets the events)\n"
#define SIGNAL_EXIT_BASE 128

/** Processes that the container leaves behind come to us, and fd 3 stays ours. */
static int prepare(void) {
  // What libcrun writes is in UTC; without this libc would look for the zone of the guest in files.
  putenv("TZ=UTC0");
  if (fcntl(STATUS_FD, F_SETFD, FD_CLOEXEC) < 0) return -1;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return -1;
  return report_open();
}

static int exit_code(int status) {
  return WIFSIGNALED(status) ? SIGNAL_EXIT_BASE + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv) {
  struct arguments arguments;
  if (arguments_parse(&arguments, argc, argv) < 0 || prepare() < 0) {
    (void)!write(STDERR_FILENO, USAGE, sizeof(USAGE) - 1);
    return 2;
  }
  bool is_exec = arguments.action == ACTION_EXEC;
  if (arguments.action == ACTION_DELETE) {
    bool oom_killed = task_oom_killed(&arguments);
    task_delete(&arguments);
    // As a wait status: SIGKILL ended it.
    status_exit(SIGKILL, oom_killed, arguments.bundle);
    return 0;
  }
  // libcrun blocks every signal here and unblocks them in the container: the shim outlives what is sent to it, as
  // containerd's does.
  pid_t pid = is_exec ? task_exec(&arguments) : task_run(&arguments);
  if (pid < 0) return 1;
  if (!is_exec) status_keep_pid(pid, arguments.bundle);
  status_process("started", pid);
  shrink();
  int status = wait_long_for(pid);
  bool oom_killed = !is_exec && task_oom_killed(&arguments);
  if (!is_exec) task_delete(&arguments);
  status_exit(status, oom_killed, is_exec ? NULL : arguments.bundle);
  _exit(exit_code(status));
}

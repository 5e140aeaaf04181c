// A shim sleeps in waitpid(2) for as long as its container lives.
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "status.h"

/** What containerd gives its shims, under a dockerd of its own. */
#define OOM_SCORE "-998"

void shrink(void) {
  // The shim must not hold the container's pipes open, nor its bundle busy.
  int null_fd = open("/dev/null", O_RDWR);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null_fd >= 0; fd++) dup2(null_fd, fd);
  close_range(STATUS_FD + 1, ~0u, 0);
  (void)!chdir("/");
  malloc_trim(0);
}

void protect(void) {
  AUTO_CLOSE int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  // Without the right to it the shim is worth as much as any program.
  if (fd >= 0) (void)!write(fd, OOM_SCORE, sizeof(OOM_SCORE) - 1);
}

int wait_for(pid_t pid) {
  for (;;) {
    int status = 0;
    pid_t gone = (pid_t)RETRY(waitpid(-1, &status, 0));
    if (gone == pid || gone < 0) return status;
  }
}

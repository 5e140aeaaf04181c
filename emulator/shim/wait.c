// A shim sleeps in waitpid(2) for as long as its container lives.
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "heap.h"
#include "status.h"

/** What containerd gives its shims, under a dockerd of its own. */
#define OOM_SCORE "-998"
/** Most programs end before a shim has anything from getting comfortable. */
static const struct timespec settle_after = {.tv_nsec = 300 * 1000 * 1000};
/** More children than this, and the container is not one of those. */
#define FEW 4

void shrink(void) {
  // The shim must not hold the container's pipes open, nor its bundle busy.
  int null_fd = open("/dev/null", O_RDWR);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null_fd >= 0; fd++) dup2(null_fd, fd);
  close_range(STATUS_FD + 1, ~0u, 0);
  (void)!chdir("/");
}

/** When the guest's memory runs out, the kernel looks elsewhere first: without its shim a container would be nobody's. */
static void protect(void) {
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

/** Gives back the memory that starting took; the container has its own. */
static void settle(void) {
  heap_trim();
  malloc_trim(0);
  // Not earlier: the container would inherit it, since libcrun takes a score of 0 for none.
  protect();
}

/** libcrun has blocked every signal, this one too. @return whether a child ended before it was time to settle */
static bool child_ends(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  return RETRY(sigtimedwait(&signals, NULL, &settle_after)) == SIGCHLD;
}

int wait_long_for(pid_t pid) {
  bool is_settled = false;
  for (int orphans = 0;;) {
    int status = 0;
    pid_t gone = (pid_t)RETRY(waitpid(-1, &status, is_settled ? 0 : WNOHANG));
    if (gone == pid || gone < 0) return status;
    if (is_settled || (orphans++ < FEW && child_ends())) continue;
    settle();
    is_settled = true;
  }
}

// SIGCHLD comes through a signalfd, so that reaping is one more event of the loop.
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "../lib-c/io.h"
#include "console.h"

struct child {
  struct child *next;
  pid_t pid;
  uint32_t request;
  struct console *console;
};

void child_add(struct agent *agent, pid_t pid, uint32_t request, struct console *console) {
  struct child *child = malloc(sizeof(*child));
  if (!child) abort();
  *child = (struct child){.next = agent->children, .pid = pid, .request = request, .console = console};
  agent->children = child;
}

static void report(struct agent *agent, pid_t pid, int status) {
  struct child **at = &agent->children;
  while (*at && (*at)->pid != pid) at = &(*at)->next;
  struct child *child = *at;
  if (!child) return;
  *at = child->next;
  if (child->console) console_finish(agent, child->console);
  struct agent_exited exited = {
      .code = WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 0,
      .signal = WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 0,
  };
  agent_put_exited(&agent->channel.output, child->request, exited);
  free(child);
}

static void on_sigchld(struct agent *agent, struct source *source, uint32_t events) {
  (void)events;
  struct signalfd_siginfo info;
  while (RETRY(read(source->fd, &info, sizeof(info))) > 0) continue;
  int status;
  // Signals merge: one may stand for many children.
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) report(agent, pid, status);
}

int children_watch(struct agent *agent, struct error *err) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return fail(err, errno, "Cannot block SIGCHLD");
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) return fail(err, errno, "Cannot make a signalfd");
  agent->children_source = (struct source){.fd = fd, .on_event = on_sigchld};
  source_watch(&agent->loop, &agent->children_source, EPOLLIN);
  return 0;
}

void children_forget(struct agent *agent) {
  while (agent->children) {
    struct child *child = agent->children;
    agent->children = child->next;
    if (child->console) console_close(agent, child->console);
    free(child);
  }
}

// SIGCHLD comes through a signalfd, so that reaping is one more event of the loop.
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "../lib-c/io.h"
#include "console.h"
#include "keep.h"

struct child *child_add(struct agent *agent, pid_t pid, uint32_t request, struct console *console) {
  struct child *child = malloc(sizeof(*child));
  if (!child) abort();
  *child = (struct child){.next = agent->children, .pid = pid, .request = request, .console = console};
  agent->children = child;
  return child;
}

void child_name(struct child *child, const char *name) {
  child->name = strdup(name);
  if (!child->name) abort();
}

void child_hold(struct child *child, int which, struct stream *stream) {
  child->streams[which] = stream;
  stream->holder = &child->streams[which];
}

void child_unname(struct child *child) {
  for (int i = 0; i < STDIO_COUNT; i++) {
    if (child->streams[i]) child->streams[i]->holder = NULL;
    child->streams[i] = NULL;
  }
  free(child->name);
  child->name = NULL;
}

/** Its streams go on without it. */
static void forget(struct child *child) {
  child_unname(child);
  free(child);
}

void child_report(struct agent *agent, struct child *child) {
  struct agent_exited exited = {
      .code = WIFEXITED(child->status) ? (uint32_t)WEXITSTATUS(child->status) : 0,
      .signal = WIFSIGNALED(child->status) ? (uint32_t)WTERMSIG(child->status) : 0,
  };
  agent_put_exited(&agent->channel.output, child->request, exited);
  struct child **at = &agent->children;
  while (*at != child) at = &(*at)->next;
  *at = child->next;
  forget(child);
}

static void on_exit_of(struct agent *agent, pid_t pid, int status) {
  struct child *child = agent->children;
  while (child && (child->pid != pid || child->exited)) child = child->next;
  if (!child) return;
  if (child->console) console_finish(agent, child->console);
  child->console = NULL;
  child->exited = true;
  child->status = status;
  if (!child->orphan) child_report(agent, child);
}

static void on_sigchld(struct agent *agent, struct source *source, uint32_t events) {
  (void)events;
  struct signalfd_siginfo info;
  while (RETRY(read(source->fd, &info, sizeof(info))) > 0) continue;
  int status;
  // Signals merge: one may stand for many children.
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) on_exit_of(agent, pid, status);
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

void children_release(struct agent *agent) {
  for (struct child *child = agent->children; child; child = child->next)
    if (child->name && !child->orphan) keep_orphan(agent, child);
}

void children_forget(struct agent *agent) {
  struct child **at = &agent->children;
  while (*at) {
    struct child *child = *at;
    if (child->name) {
      if (!child->orphan) keep_orphan(agent, child);
      at = &child->next;
      continue;
    }
    *at = child->next;
    if (child->console) console_close(agent, child->console);
    forget(child);
  }
}

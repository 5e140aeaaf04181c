// The processes that the host asked for, until they are gone.
#pragma once

#include <sys/types.h>

#include "agent.h"
#include "stream.h"

struct console;

struct child {
  struct child *next;
  pid_t pid;
  /** That spawned or adopted it. */
  uint32_t request;
  struct console *console;
  /** Under which it outlives the channel; NULL when it does not. */
  char *name;
  /** Of a named one: those that are not over. */
  struct stream *streams[STDIO_COUNT];
  /** Its channel is gone; once it has exited, too, `status` is waitpid(2)'s. */
  bool orphan, exited;
  int status;
};

/** `console` may be NULL; it belongs to the child then. */
struct child *child_add(struct agent *agent, pid_t pid, uint32_t request, struct console *console);
/** Has it outlive the channel, with the streams that are held. */
void child_name(struct child *child, const char *name);
void child_hold(struct child *child, int which, struct stream *stream);
/** It and its streams are as if it had never had a name. */
void child_unname(struct child *child);
/** Tells the host how it exited, and forgets it. */
void child_report(struct agent *agent, struct child *child);
/** Reports each child that exits from now on; reaps orphans too. Blocks SIGCHLD. */
int children_watch(struct agent *agent, struct error *err);
/** Those with a name become orphans, as if the channel were gone. */
void children_release(struct agent *agent);
/** The channel is gone: those without a name are forgotten, and go on; the others become orphans. */
void children_forget(struct agent *agent);

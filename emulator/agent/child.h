// The processes that the host asked for, until they are gone.
#pragma once

#include "agent.h"

struct console;

/** `console` may be NULL; it belongs to the child then. */
void child_add(struct agent *agent, pid_t pid, uint32_t request, struct console *console);
/** Reports each child that exits from now on; reaps orphans too. Blocks SIGCHLD. */
int children_watch(struct agent *agent, struct error *err);
/** Nobody is told of their exits any more; they go on. */
void children_forget(struct agent *agent);

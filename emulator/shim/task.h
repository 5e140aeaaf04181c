// A container's first process, or another one in it, through libcrun.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "arguments.h"

/** Each returns the process once its program runs, or -1 after telling the engine why not. Nothing is left then. */
pid_t task_run(const struct arguments *arguments);
pid_t task_exec(const struct arguments *arguments);

/** The kernel killed a process of the container for want of memory. */
bool task_oom_killed(const struct arguments *arguments);
/** Removes the container's cgroup and state; kills what is left of it. */
void task_delete(const struct arguments *arguments);

// Waiting for the container's process, as small as can be: hundreds of shims do nothing else.
#pragma once

#include <sys/types.h>

/** Gives back files that starting took; the container keeps its own. */
void shrink(void);
/** Reaps every child and orphan until `pid` is gone. @return its wait status */
int wait_for(pid_t pid);
/** The same; a shim that has to wait longer gives back memory, and is spared when the guest has none. */
int wait_long_for(pid_t pid);

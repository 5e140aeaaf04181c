// Waiting for the container's process, as small as can be: hundreds of shims do nothing else.
#pragma once

#include <sys/types.h>

/** Gives back memory and files that starting took; the container keeps its own. */
void shrink(void);
/** When the guest's memory runs out, the kernel looks elsewhere first: without its shim a container would be nobody's. */
void protect(void);
/** Reaps every child and orphan until `pid` is gone. @return its wait status */
int wait_for(pid_t pid);

// How an exec gets into its container.
#pragma once

#include <sys/types.h>

/** The next exec goes the short way. */
void join_directly(void);
/** The process that the last exec made, whichever way it went; -1 for none. */
pid_t joined_process(void);

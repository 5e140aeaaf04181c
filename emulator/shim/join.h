// How an exec gets into its container.
#pragma once

/** The next exec goes the short way. */
void join_directly(void);

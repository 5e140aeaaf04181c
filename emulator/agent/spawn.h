// The `spawn` request: a program with its streams.
#pragma once

#include "agent.h"

/** Answers `spawned`; `exited` comes later. @return 0, or -1 with nothing started */
int spawn_serve(struct agent *agent, uint32_t request, const struct agent_spawn *spawn, struct error *err);

// What every visitor's copy of one snapshot must not share.
#pragma once

#include "agent.h"

/** Sets the clock and reseeds the kernel's random numbers, when the agent is the machine's init. */
int machine_greet(const struct agent *agent, const struct agent_hello *hello, struct error *err);

// Netlink messages, as the host wrote them, in a network namespace of its choice.
#pragma once

#include "agent.h"
#include "../lib-c/error.h"

/** Answers with `content`: what the kernel said besides its acknowledgements. */
int netlink_serve(struct agent *agent, uint32_t id, const struct agent_netlink *request, struct error *err);

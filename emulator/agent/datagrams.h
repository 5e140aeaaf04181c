// UDP with many other sides: each datagram travels with the address that it came from or goes to.
#pragma once

#include "agent.h"

int datagrams_serve(struct agent *agent, const struct agent_datagrams *request, struct error *err);
/** What cannot be sent at once is lost, as datagrams are. */
void datagrams_send(struct agent *agent, uint32_t id, const struct agent_datagram *datagram);

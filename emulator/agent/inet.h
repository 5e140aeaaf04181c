// Internet sockets in network namespaces of the host's choice.
#pragma once

#include <netinet/in.h>

#include "agent.h"

/** Makes a socket in the request's namespace that does not block, and fills in `place`. @return the fd, or -1 */
int inet_socket(const char *netns, int type, const char *address, uint16_t port, struct sockaddr_storage *place,
                struct error *err);
/** Connections become streams, as those of a unix socket do. */
int inet_listen(struct agent *agent, uint32_t request, const struct agent_listen_inet *listen, struct error *err);
/** A stream to somebody else; a connection that is refused later resets it. */
int inet_connect(struct agent *agent, const struct agent_connect_inet *connect, struct error *err);

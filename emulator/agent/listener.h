// Sockets on which guest programs reach the host, as /var/run/docker.sock.
#pragma once

#include "agent.h"

int listener_serve(struct agent *agent, uint32_t request, const struct agent_listen *listen, struct error *err);
/** On a socket that listens already, which it then owns. @param name for messages */
void listener_add(struct agent *agent, uint32_t request, int fd, const char *name);
/** Its connections go on. */
int listener_end(struct agent *agent, uint32_t request, struct error *err);
void listeners_forget(struct agent *agent);

// Sockets in network namespaces of the host's choice.
#pragma once

#include "../lib-c/error.h"

/**
 * socket(2), with close-on-exec. @param netns path of a network namespace; '' is the agent's own
 * @return the fd, or -1
 */
int namespace_socket(const char *netns, int family, int type, int protocol, struct error *err);

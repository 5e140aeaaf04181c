// The command line of Docker's own docker-proxy, as `ps` shows it.
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

struct address {
  struct sockaddr_storage sockaddr;
  socklen_t length;
};

struct arguments {
  bool is_udp;
  struct address host, container;
};

/** @return 0, or -1 when it is none of ours */
int arguments_parse(struct arguments *arguments, int argc, char **argv);

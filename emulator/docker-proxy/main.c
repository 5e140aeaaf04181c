// Listens on one port of the host and carries what comes to one of a container. It says `ready` on its stdout when it
// listens, or why it cannot, and ends when its stdin is closed: with the engine that started it.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arguments.h"
#include "tcp.h"
#include "udp.h"

#define USAGE                                                                                                          \
  "usage: docker-proxy -proto tcp|udp -host-ip IP -host-port PORT -container-ip IP -container-port PORT\n"

static int listen_at(const struct arguments *arguments) {
  const struct address *host = &arguments->host;
  int type = arguments->is_udp ? SOCK_DGRAM : SOCK_STREAM;
  int fd = socket(host->sockaddr.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int one = 1;
  if (!arguments->is_udp) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  // The IPv4 address has a process of its own.
  if (host->sockaddr.ss_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
  if (bind(fd, (const struct sockaddr *)&host->sockaddr, host->length) < 0) return -1;
  if (!arguments->is_udp && listen(fd, SOMAXCONN) < 0) return -1;
  return fd;
}

int main(int argc, char **argv) {
  struct arguments arguments;
  if (arguments_parse(&arguments, argc, argv) < 0) {
    (void)!write(STDERR_FILENO, USAGE, sizeof(USAGE) - 1);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  int fd = listen_at(&arguments);
  if (fd < 0) {
    const char *why = errno == EADDRINUSE ? "address already in use" : strerror(errno);
    dprintf(STDOUT_FILENO, "%s\n", why);
    return 1;
  }
  dprintf(STDOUT_FILENO, "ready\n");
  return arguments.is_udp ? udp_serve(fd, &arguments.container) : tcp_serve(fd, &arguments.container);
}

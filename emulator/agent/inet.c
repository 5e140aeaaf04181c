// TCP both ways, and UDP with one other side: a datagram of it is one read, and one `data` frame.
#include "inet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib-c/io.h"
#include "listener.h"
#include "namespace.h"
#include "stream.h"

/** @return whether `address` is one of IPv4 or IPv6 */
static bool fill(struct sockaddr_storage *place, const char *address, uint16_t port) {
  memset(place, 0, sizeof(*place));
  struct sockaddr_in *four = (struct sockaddr_in *)place;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)place;
  if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    return true;
  }
  memset(place, 0, sizeof(*place));
  six->sin6_family = AF_INET6;
  six->sin6_port = htons(port);
  return inet_pton(AF_INET6, address, &six->sin6_addr) == 1;
}

int inet_socket(const char *netns, int type, const char *address, uint16_t port, struct sockaddr_storage *place,
                struct error *err) {
  if (!fill(place, address, port)) return fail(err, EINVAL, "Cannot use the address %s", address);
  return namespace_socket(netns, place->ss_family, type | SOCK_NONBLOCK, 0, err);
}

int inet_listen(struct agent *agent, uint32_t request, const struct agent_listen_inet *asked, struct error *err) {
  struct sockaddr_storage place;
  AUTO_CLOSE int fd = inet_socket(asked->netns, SOCK_STREAM, asked->address, asked->port, &place, err);
  if (fd < 0) return -1;
  const int on = 1;
  // A connection of before that lingers is in nobody's way.
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(fd, (struct sockaddr *)&place, sizeof(place)) < 0 || listen(fd, SOMAXCONN) < 0)
    return fail(err, errno, "Cannot listen on %s port %u", asked->address, asked->port);
  listener_add(agent, request, take_fd(&fd), asked->address);
  return 0;
}

int inet_connect(struct agent *agent, const struct agent_connect_inet *asked, struct error *err) {
  const uint32_t ids[STDIO_COUNT] = {asked->stream};
  if (asked->stream == 0 || stream_check_ids(agent, ids, err) < 0)
    return asked->stream == 0 ? fail(err, EINVAL, "Cannot use stream 0") : -1;
  if (asked->protocol != IPPROTO_TCP && asked->protocol != IPPROTO_UDP)
    return fail(err, EPROTONOSUPPORT, "Cannot connect with protocol %u", asked->protocol);
  int type = asked->protocol == IPPROTO_TCP ? SOCK_STREAM : SOCK_DGRAM;
  struct sockaddr_storage place;
  AUTO_CLOSE int fd = inet_socket(asked->netns, type, asked->address, asked->port, &place, err);
  if (fd < 0) return -1;
  if (connect(fd, (struct sockaddr *)&place, sizeof(place)) < 0 && errno != EINPROGRESS)
    return fail(err, errno, "Cannot connect to %s port %u", asked->address, asked->port);
  int in_fd = fcntl(fd, F_DUPFD_CLOEXEC, 4);
  if (in_fd < 0) return fail(err, errno, "Cannot duplicate a socket");
  stream_attach(agent, stream_open(agent, asked->stream, STREAM_SOCKET, STREAM_OUT | STREAM_IN), take_fd(&fd), in_fd);
  return 0;
}

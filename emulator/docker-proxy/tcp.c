// One loop over poll(2). A direction holds at most one buffer: what cannot be written is not read further.
#include "tcp.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib-c/io.h"

#define BUFFER_BYTES (16 * 1024)
#define FIXED_POLLS 2

enum { CLIENT, SERVER, SIDES };

/** What came from one side and goes to the other. */
struct flow {
  size_t start, end;
  bool ended;
  uint8_t bytes[BUFFER_BYTES];
};

struct connection {
  struct connection *next;
  int fds[SIDES];
  bool connecting;
  /** By the side that they come from. */
  struct flow flows[SIDES];
};

static void close_connection(struct connection *connection) {
  for (int side = 0; side < SIDES; side++) close_fd(&connection->fds[side]);
  free(connection);
}

static struct connection *open_connection(int client, const struct address *container) {
  struct connection *connection = calloc(1, sizeof(*connection));
  int server = socket(container->sockaddr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (!connection || server < 0) {
    close(client);
    close_fd(&server);
    free(connection);
    return NULL;
  }
  connection->fds[CLIENT] = client;
  connection->fds[SERVER] = server;
  connection->connecting = true;
  if (connect(server, (const struct sockaddr *)&container->sockaddr, container->length) < 0 && errno != EINPROGRESS) {
    close_connection(connection);
    return NULL;
  }
  return connection;
}

static bool is_full(const struct flow *flow) { return flow->end == BUFFER_BYTES; }
static bool is_empty(const struct flow *flow) { return flow->start == flow->end; }

static short wanted(const struct connection *connection, int side) {
  const struct flow *in = &connection->flows[side], *out = &connection->flows[!side];
  if (connection->connecting) return side == SERVER ? POLLOUT : 0;
  return (short)((in->ended || is_full(in) ? 0 : POLLIN) | (is_empty(out) ? 0 : POLLOUT));
}

/** @return false when the connection is over */
static bool take(struct connection *connection, int side) {
  struct flow *flow = &connection->flows[side];
  if (flow->ended || is_full(flow)) return true;
  ssize_t count = read(connection->fds[side], flow->bytes + flow->end, BUFFER_BYTES - flow->end);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) flow->ended = true;
  flow->end += (size_t)count;
  return true;
}

/** @return false when the connection is over */
static bool give(struct connection *connection, int side) {
  struct flow *flow = &connection->flows[!side];
  if (!is_empty(flow)) {
    ssize_t count = write(connection->fds[side], flow->bytes + flow->start, flow->end - flow->start);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    flow->start += (size_t)count;
  }
  if (!is_empty(flow)) return true;
  flow->start = flow->end = 0;
  if (flow->ended) shutdown(connection->fds[side], SHUT_WR);
  return true;
}

/** @return false when the connection is over */
static bool carry(struct connection *connection, const struct pollfd *polls) {
  if (connection->connecting) {
    if (polls[SERVER].revents == 0) return !(polls[CLIENT].revents & (POLLERR | POLLHUP));
    int number = 0;
    socklen_t length = sizeof(number);
    getsockopt(connection->fds[SERVER], SOL_SOCKET, SO_ERROR, &number, &length);
    if (number != 0) return false;
    connection->connecting = false;
  }
  for (int side = 0; side < SIDES; side++)
    if (polls[side].revents & (POLLIN | POLLHUP | POLLERR) && !take(connection, side)) return false;
  for (int side = 0; side < SIDES; side++)
    if (!give(connection, side)) return false;
  const struct flow *flows = connection->flows;
  return !(flows[CLIENT].ended && flows[SERVER].ended && is_empty(&flows[CLIENT]) && is_empty(&flows[SERVER]));
}

static void prepare(struct pollfd *polls, const struct connection *connection) {
  for (int side = 0; side < SIDES; side++, polls++) {
    short events = wanted(connection, side);
    // One that wants nothing would be told of a hang-up again and again.
    *polls = (struct pollfd){.fd = events || connection->connecting ? connection->fds[side] : -1, .events = events};
  }
}

static size_t count_of(const struct connection *connection) {
  size_t count = 0;
  for (; connection; connection = connection->next) count++;
  return count;
}

int tcp_serve(int listener, const struct address *container) {
  struct connection *connections = NULL;
  for (;;) {
    size_t count = FIXED_POLLS + SIDES * count_of(connections);
    AUTO_FREE struct pollfd *polls = calloc(count, sizeof(*polls));
    if (!polls) return 1;
    polls[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    polls[1] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    struct pollfd *at = polls + FIXED_POLLS;
    for (struct connection *each = connections; each; each = each->next, at += SIDES) prepare(at, each);
    if (RETRY(poll(polls, count, -1)) < 0) return 1;
    if (polls[1].revents) return 0;
    at = polls + FIXED_POLLS;
    for (struct connection **each = &connections; *each; at += SIDES) {
      struct connection *connection = *each;
      if (carry(connection, at)) {
        each = &connection->next;
        continue;
      }
      *each = connection->next;
      close_connection(connection);
    }
    int client = polls[0].revents ? accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) : -1;
    struct connection *fresh = client < 0 ? NULL : open_connection(client, container);
    if (!fresh) continue;
    fresh->next = connections;
    connections = fresh;
  }
}

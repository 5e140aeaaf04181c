// Each client has a socket of its own towards the container, so that answers find their way; one that was silent for a while
// is forgotten, as in Docker's proxy.
#include "udp.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../lib-c/io.h"

#define CLIENTS 64
#define SILENCE_S 90
#define DATAGRAM_BYTES 65535
#define FIXED_POLLS 2

struct client {
  int fd;
  time_t last;
  struct address address;
};

static time_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec;
}

static bool is_same(const struct address *one, const struct address *other) {
  return one->length == other->length && memcmp(&one->sockaddr, &other->sockaddr, one->length) == 0;
}

/** The client's entry; the one that was silent for longest makes room for a new one. @return NULL without a socket */
static struct client *client_of(struct client *clients, const struct address *address, const struct address *container) {
  struct client *oldest = clients;
  for (struct client *each = clients; each < clients + CLIENTS; each++) {
    if (each->fd >= 0 && is_same(&each->address, address)) return each;
    if (oldest->fd >= 0 && (each->fd < 0 || each->last < oldest->last)) oldest = each;
  }
  close_fd(&oldest->fd);
  int fd = socket(container->sockaddr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || connect(fd, (const struct sockaddr *)&container->sockaddr, container->length) < 0) {
    close_fd(&fd);
    return NULL;
  }
  *oldest = (struct client){.fd = fd, .address = *address};
  return oldest;
}

static void take(int listener, struct client *clients, const struct address *container, uint8_t *bytes) {
  struct address from = {.length = sizeof(from.sockaddr)};
  ssize_t count = recvfrom(listener, bytes, DATAGRAM_BYTES, 0, (struct sockaddr *)&from.sockaddr, &from.length);
  if (count < 0) return;
  struct client *client = client_of(clients, &from, container);
  if (!client) return;
  client->last = now();
  (void)!send(client->fd, bytes, (size_t)count, 0);
}

static void answer(int listener, struct client *client, uint8_t *bytes) {
  ssize_t count = recv(client->fd, bytes, DATAGRAM_BYTES, 0);
  if (count < 0) return;
  client->last = now();
  (void)!sendto(listener, bytes, (size_t)count, 0, (const struct sockaddr *)&client->address.sockaddr,
                client->address.length);
}

int udp_serve(int listener, const struct address *container) {
  static uint8_t bytes[DATAGRAM_BYTES];
  struct client clients[CLIENTS];
  for (int i = 0; i < CLIENTS; i++) clients[i] = (struct client){.fd = -1};
  for (;;) {
    struct pollfd polls[FIXED_POLLS + CLIENTS] = {
        {.fd = listener, .events = POLLIN},
        {.fd = STDIN_FILENO, .events = POLLIN},
    };
    bool has_clients = false;
    for (int i = 0; i < CLIENTS; i++) {
      if (clients[i].fd >= 0 && now() - clients[i].last > SILENCE_S) close_fd(&clients[i].fd);
      has_clients |= clients[i].fd >= 0;
      polls[FIXED_POLLS + i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
    }
    if (RETRY(poll(polls, FIXED_POLLS + CLIENTS, has_clients ? SILENCE_S * 1000 : -1)) < 0) return 1;
    if (polls[1].revents) return 0;
    for (int i = 0; i < CLIENTS; i++)
      if (polls[FIXED_POLLS + i].revents) answer(listener, &clients[i], bytes);
    if (polls[0].revents) take(listener, clients, container, bytes);
  }
}

// Each connection becomes a stream with both directions, numbered by us.
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "stream.h"
#include "unix-socket.h"

struct listener {
  struct listener *next;
  struct source source;
  uint32_t request;
  /** Its path is a file, which goes with it. */
  bool is_unix;
  char path[];
};

static void on_connection(struct agent *agent, struct source *source, uint32_t events) {
  (void)events;
  struct listener *listener = OWNER_OF(source, struct listener, source);
  AUTO_CLOSE int fd = (int)RETRY(accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (fd < 0) {
    if (errno == EAGAIN || errno == ECONNABORTED) return;
    // Out of fds or memory: the connection stays in the queue, and asking again at once would spin.
    struct error err;
    fail(&err, errno, "Cannot accept on %s, which stops listening", listener->path);
    agent_put_log(&agent->channel.output, 0, (struct agent_log){.text = err.message});
    source_close(&agent->loop, source);
    return;
  }
  int in_fd = fcntl(fd, F_DUPFD_CLOEXEC, 4);
  if (in_fd < 0) return;
  struct stream *stream = stream_open(agent, stream_unused_id(agent), STREAM_SOCKET, STREAM_OUT | STREAM_IN);
  agent_put_accepted(&agent->channel.output, listener->request, (struct agent_accepted){.stream = stream->id});
  stream_attach(agent, stream, take_fd(&fd), in_fd);
}

static struct listener *add(struct agent *agent, uint32_t request, int fd, const char *path) {
  struct listener *listener = calloc(1, sizeof(*listener) + strlen(path) + 1);
  if (!listener) abort();
  listener->request = request;
  listener->source = (struct source){.fd = fd, .on_event = on_connection};
  strcpy(listener->path, path);
  listener->next = agent->listeners;
  agent->listeners = listener;
  source_watch(&agent->loop, &listener->source, EPOLLIN);
  return listener;
}

void listener_add(struct agent *agent, uint32_t request, int fd, const char *name) { add(agent, request, fd, name); }

int listener_serve(struct agent *agent, uint32_t request, const struct agent_listen *listen, struct error *err) {
  int fd = unix_listen(listen->path, listen->mode, err);
  if (fd < 0) return -1;
  add(agent, request, fd, listen->path)->is_unix = true;
  return 0;
}

static void end_listener(struct agent *agent, struct listener **at) {
  struct listener *listener = *at;
  *at = listener->next;
  if (listener->is_unix) unlink(listener->path);
  source_close(&agent->loop, &listener->source);
  loop_bury(&agent->loop, listener);
}

int listener_end(struct agent *agent, uint32_t request, struct error *err) {
  struct listener **at = &agent->listeners;
  while (*at && (*at)->request != request) at = &(*at)->next;
  if (!*at) return fail(err, ENOENT, "Cannot stop listening for request %u", request);
  end_listener(agent, at);
  return 0;
}

void listeners_forget(struct agent *agent) {
  while (agent->listeners) end_listener(agent, &agent->listeners);
}

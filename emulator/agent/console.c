// One connection, one message, one file descriptor: then the socket goes away.
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "terminal.h"
#include "unix-socket.h"

struct console {
  /** First the listening socket, then the connection. */
  struct source source;
  bool connected;
  uint32_t out_id, in_id;
  uint16_t cols, rows;
  char path[];
};

/** @return the fd, or -1 with errno; ENODATA when the message carried none */
static int receive_fd(int socket) {
  char bytes[256];
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec piece = {bytes, sizeof(bytes)};
  struct msghdr message = {
      .msg_iov = &piece,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof(control),
  };
  if (RETRY(recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT)) < 0) return -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
      header->cmsg_len != CMSG_LEN(sizeof(int))) {
    errno = ENODATA;
    return -1;
  }
  int fd;
  memcpy(&fd, CMSG_DATA(header), sizeof(fd));
  return fd;
}

static void attach(struct agent *agent, struct console *console, int fd) {
  AUTO_CLOSE int master = fd;
  struct error ignored;
  // A program that reads the size before its first SIGWINCH must see the right one.
  terminal_resize(master, console->cols, console->rows, &ignored);
  fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
  struct stream *out = stream_find(agent, console->out_id);
  struct stream *in = console->in_id ? stream_find(agent, console->in_id) : NULL;
  // Without the output's stream the host has given the terminal up: closing it hangs it up.
  if (!out) return;
  if (in) stream_attach(agent, in, -1, fcntl(master, F_DUPFD_CLOEXEC, 4));
  stream_attach(agent, out, take_fd(&master), -1);
}

static bool would_block(int number) { return number == EAGAIN || number == EWOULDBLOCK; }

/** @return true when nothing more can come */
static bool advance(struct agent *agent, struct console *console) {
  if (!console->connected) {
    int fd = (int)RETRY(accept4(console->source.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd < 0) return !would_block(errno);
    source_close(&agent->loop, &console->source);
    console->connected = true;
    console->source.fd = fd;
    source_watch(&agent->loop, &console->source, EPOLLIN);
  }
  int master = receive_fd(console->source.fd);
  if (master < 0) return !would_block(errno);
  attach(agent, console, master);
  return true;
}

static void on_event(struct agent *agent, struct source *source, uint32_t events) {
  (void)events;
  struct console *console = OWNER_OF(source, struct console, source);
  if (!advance(agent, console)) return;
  source_close(&agent->loop, source);
  unlink(console->path);
}

struct console *console_listen(struct agent *agent, const char *path, struct error *err) {
  int fd = unix_listen(path, 0600, err);
  if (fd < 0) return NULL;
  struct console *console = calloc(1, sizeof(*console) + strlen(path) + 1);
  if (!console) abort();
  console->source = (struct source){.fd = fd, .on_event = on_event};
  strcpy(console->path, path);
  source_watch(&agent->loop, &console->source, EPOLLIN);
  return console;
}

void console_expect(struct console *console, uint32_t out_id, uint32_t in_id, uint16_t cols, uint16_t rows) {
  console->out_id = out_id;
  console->in_id = in_id;
  console->cols = cols;
  console->rows = rows;
}

void console_follow(struct console *console, uint32_t out_id, uint32_t in_id) {
  console->out_id = out_id;
  console->in_id = in_id;
}

void console_close(struct agent *agent, struct console *console) {
  if (console->source.fd >= 0) unlink(console->path);
  source_close(&agent->loop, &console->source);
  loop_bury(&agent->loop, console);
}

/** A stream that never got its file. */
static struct stream *waiting(struct agent *agent, uint32_t id) {
  struct stream *stream = id ? stream_find(agent, id) : NULL;
  return stream && stream->out.source.fd < 0 && stream->in.source.fd < 0 ? stream : NULL;
}

void console_finish(struct agent *agent, struct console *console) {
  if (console->source.fd >= 0) advance(agent, console);
  struct stream *out = waiting(agent, console->out_id);
  if (out) stream_end_output(agent, out);
  console_close(agent, console);
}

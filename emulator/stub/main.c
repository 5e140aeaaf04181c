// `docker` in the guest's shell. It tells the host what was typed, then obeys: the client itself is beside the guest.
// src/contracts/cli-protocol.ts says what is exchanged.
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "files.h"
#include "helper.h"
#include "leave.h"
#include "stub.h"
#include "terminal.h"
#include "watch.h"

#ifndef CHANNEL
#define CHANNEL "/host/cli/new"
#endif
/** A frame of the 64 KB pieces in which the host sends output, in one read. */
#define READ_BYTES (68 * 1024)

/** Docker's own words. */
static const char no_daemon[] =
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n";
static const char lost_daemon[] = "error during connect: the connection to the Docker daemon was lost\n";
static const char too_long[] = "docker: arguments and environment are too long\n";

extern char **environ;

void stub_send(struct stub *stub, struct buffer *output) {
  pthread_mutex_lock(&stub->write_lock);
  while (buffer_bytes(output) > 0) {
    ssize_t count = host_file_write(&stub->channel, buffer_head(output), buffer_bytes(output));
    if (count <= 0) break;
    buffer_drop(output, (size_t)count);
  }
  pthread_mutex_unlock(&stub->write_lock);
  // What could not be sent is lost with the channel: the read that is under way will say so.
  buffer_drop(output, buffer_bytes(output));
}

static struct wire_strs strings(char **items) {
  struct wire_strs all = {.items = items};
  while (items[all.count]) all.count++;
  return all;
}

static void send_open(struct stub *stub, char **argv) {
  char cwd[PATH_MAX];
  struct cli_open open = {
      .version = CLI_PROTOCOL_VERSION,
      .argv = strings(argv),
      .env = strings(environ),
      .cwd = getcwd(cwd, sizeof(cwd)) ? cwd : "/",
      .terminal = terminal_bits(),
  };
  if (open.terminal) terminal_size(&open.cols, &open.rows);
  struct buffer output = {0};
  cli_put_open(&output, 0, open);
  if (buffer_bytes(&output) > MAX_FRAME_BYTES) leave_complaining(too_long);
  stub_send(stub, &output);
}

/** As any program, it dies when nobody reads what it says. */
static void print(int fd, struct wire_bytes content) {
  while (content.length > 0) {
    ssize_t count = RETRY(write(fd, content.data, content.length));
    if (count < 0 && errno == EAGAIN) {
      struct pollfd file = {.fd = fd, .events = POLLOUT};
      poll(&file, 1, -1);
    } else if (count < 0 && errno == EPIPE) {
      leave(0, SIGPIPE);
    } else if (count < 0) {
      return;
    } else {
      content.data += count;
      content.length -= (uint32_t)count;
    }
  }
}

static void obey(struct stub *stub, const struct cli_message *m, struct buffer *output) {
  switch (m->type) {
    case cli_stdout_code:
      return print(STDOUT_FILENO, m->stdout.content);
    case cli_stderr_code:
      return print(STDERR_FILENO, m->stderr.content);
    case cli_pull_code:
      return watch_pull(stub, m->pull.bytes);
    case cli_raw_code:
      return terminal_set_raw(m->raw.on);
    case cli_exit_code:
      leave(m->exit.code, m->exit.signal);
    case cli_read_code:
      return file_read(output, m->id, &m->read);
    case cli_write_code:
      return file_write(output, m->id, &m->write);
    case cli_remove_code:
      return file_remove(output, m->id, &m->remove);
    case cli_start_code:
      return helper_start(output, m->id, &m->start);
    case cli_take_code:
      return helper_take(output, m->id, &m->take);
    case cli_give_code:
      return helper_give(output, m->id, &m->give);
    case cli_finish_code:
      return helper_finish(output, m->id, &m->finish);
    case cli_catch_signals_code:
      stub->catching = m->catch_signals.on;
  }
}

/** Does what the host says, until it says exit. */
static _Noreturn void obey_all(struct stub *stub) {
  struct buffer input = {0}, output = {0};
  for (;;) {
    ssize_t count = host_file_read(&stub->channel, buffer_room(&input, READ_BYTES), READ_BYTES);
    if (count <= 0) leave_complaining(lost_daemon);
    buffer_grow(&input, (size_t)count);
    for (;;) {
      struct frame frame;
      int bytes = frame_next(&input, &frame);
      if (bytes == 0) break;
      __attribute__((cleanup(cli_free))) struct cli_message message = {0};
      if (bytes < 0 || cli_read(&frame, &message) < 0) leave_complaining(lost_daemon);
      obey(stub, &message, &output);
      stub_send(stub, &output);
      buffer_drop(&input, (size_t)bytes);
      watch_stop_if_asked(stub);
    }
  }
}

int main(int argc, char **argv) {
  (void)argc;
  static struct stub stub = {.write_lock = PTHREAD_MUTEX_INITIALIZER};
  signal(SIGPIPE, SIG_IGN);
  if (host_file_open(&stub.channel, CHANNEL) < 0) leave_complaining(no_daemon);
  watch_hold_signals(&stub);
  send_open(&stub, argv);
  if (watch_start(&stub) < 0) leave_complaining(no_daemon);
  obey_all(&stub);
}

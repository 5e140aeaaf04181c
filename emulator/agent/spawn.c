// First every file is made, then the process, then the streams: what fails halfway leaves nothing behind.
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "child.h"
#include "console.h"
#include "keep.h"
#include "launch.h"
#include "stream.h"
#include "terminal.h"

/** Streams that the host named and the files on both sides of them. */
struct stdio {
  uint32_t ids[STDIO_COUNT];
  int ours[STDIO_COUNT], theirs[STDIO_COUNT];
  /** The child's side of a terminal; 0 to 2 share it. */
  int slave;
  struct console *console;
};

static void close_stdio(struct stdio *stdio) {
  for (int i = 0; i < STDIO_COUNT; i++) {
    close_fd(&stdio->ours[i]);
    close_fd(&stdio->theirs[i]);
  }
  close_fd(&stdio->slave);
}

static int make_pipe(struct stdio *stdio, int which, struct error *err) {
  if (stdio->ids[which] == 0) return 0;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return fail(err, errno, "Cannot make a pipe");
  bool child_reads = which == STDIN;
  stdio->ours[which] = ends[child_reads];
  stdio->theirs[which] = ends[!child_reads];
  // Only our end: the program on the other expects an ordinary pipe.
  fcntl(stdio->ours[which], F_SETFL, O_NONBLOCK);
  return 0;
}

static int make_terminal(struct stdio *stdio, const struct agent_spawn *spawn, struct error *err) {
  if (terminal_open(&stdio->ours[STDOUT], &stdio->slave, err) < 0) return -1;
  if (terminal_resize(stdio->ours[STDOUT], spawn->cols, spawn->rows, err) < 0) return -1;
  if (stdio->ids[STDIN] == 0) return 0;
  stdio->ours[STDIN] = fcntl(stdio->ours[STDOUT], F_DUPFD_CLOEXEC, 4);
  return stdio->ours[STDIN] < 0 ? fail(err, errno, "Cannot duplicate a terminal") : 0;
}

static int make_stdio(struct agent *agent, struct stdio *stdio, const struct agent_spawn *spawn, struct error *err) {
  if (spawn->terminal > TERMINAL_CONSOLE_SOCKET) return fail(err, EINVAL, "Cannot make terminal %u", spawn->terminal);
  if (make_pipe(stdio, STATUS, err) < 0) return -1;
  if (spawn->terminal == TERMINAL_NONE) {
    for (int i = STDIN; i <= STDERR; i++)
      if (make_pipe(stdio, i, err) < 0) return -1;
    return 0;
  }
  // Somebody must drain a terminal, or its program stops.
  if (stdio->ids[STDOUT] == 0) return fail(err, EINVAL, "Cannot make a terminal without an output stream");
  if (spawn->terminal == TERMINAL_PTY) return make_terminal(stdio, spawn, err);
  if (make_pipe(stdio, STDERR, err) < 0) return -1;
  stdio->console = console_listen(agent, spawn->console, err);
  return stdio->console ? 0 : -1;
}

static void open_streams(struct agent *agent, struct stdio *stdio, const struct agent_spawn *spawn,
                         struct child *child) {
  struct stream *streams[STDIO_COUNT] = {0};
  for (int i = 0; i < STDIO_COUNT; i++) {
    bool is_terminal = spawn->terminal != TERMINAL_NONE && (i == STDIN || i == STDOUT);
    if (stdio->ids[i] == 0 || (spawn->terminal == TERMINAL_PTY && i == STDERR)) continue;
    streams[i] = stream_open(agent, stdio->ids[i], is_terminal ? STREAM_TERMINAL : STREAM_PIPE,
                             i == STDIN ? STREAM_IN : STREAM_OUT);
    if (child->name) child_hold(child, i, streams[i]);
  }
  if (spawn->terminal != TERMINAL_NONE && streams[STDIN]) stream_pair(streams[STDOUT], streams[STDIN]);
  for (int i = 0; i < STDIO_COUNT; i++) {
    if (!streams[i] || stdio->ours[i] < 0) continue;
    int fd = take_fd(&stdio->ours[i]);
    stream_attach(agent, streams[i], i == STDIN ? -1 : fd, i == STDIN ? fd : -1);
  }
  if (stdio->console) console_expect(stdio->console, spawn->stdout_id, spawn->stdin_id, spawn->cols, spawn->rows);
}

int spawn_serve(struct agent *agent, uint32_t request, const struct agent_spawn *spawn, struct error *err) {
  if (spawn->argv.count == 0) return fail(err, EINVAL, "Cannot run nothing");
  __attribute__((cleanup(close_stdio))) struct stdio stdio = {
      .ids = {spawn->stdin_id, spawn->stdout_id, spawn->stderr_id, spawn->status_id},
      .ours = {-1, -1, -1, -1},
      .theirs = {-1, -1, -1, -1},
      .slave = -1,
  };
  if (keep_check(agent, spawn->keep, err) < 0 || stream_check_ids(agent, stdio.ids, err) < 0 ||
      make_stdio(agent, &stdio, spawn, err) < 0) return -1;
  struct launch plan = {
      .argv = spawn->argv.items,
      .env = spawn->env.items,
      .cwd = *spawn->cwd ? spawn->cwd : "/",
      .controlling = spawn->terminal == TERMINAL_PTY,
  };
  int unasked = plan.controlling ? stdio.slave : agent->null_fd;
  for (int i = 0; i < STDIO_COUNT; i++)
    plan.fds[i] = stdio.theirs[i] >= 0 ? stdio.theirs[i] : i == STATUS ? -1 : unasked;
  pid_t pid = launch(&plan, err);
  if (pid < 0) {
    if (stdio.console) console_close(agent, stdio.console);
    return -1;
  }
  agent_put_spawned(&agent->channel.output, request, (struct agent_spawned){.pid = (uint32_t)pid});
  struct child *child = child_add(agent, pid, request, stdio.console);
  if (*spawn->keep) child_name(child, spawn->keep);
  open_streams(agent, &stdio, spawn, child);
  return 0;
}

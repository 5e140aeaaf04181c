// The host asks for each piece, so nothing is in memory but what is on its way: a slow side holds up the other through the
// pipe.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib-c/io.h"

/** Fewer switches between two processes than with the kernel's 64 KB. */
#define PIPE_BYTES (256 * 1024)
#define MAX_ERROR_BYTES 4096
#define SIGNAL_EXIT_BASE 128

extern char **environ;

static struct {
  volatile pid_t pid;
  /** Our ends. */
  int in, out, err;
} helper = {.in = -1, .out = -1, .err = -1};

static void answer(struct buffer *output, uint32_t id, int number) {
  cli_put_done(output, id, (struct cli_done){.number = (uint32_t)number});
}

static void close_ours(void) {
  close_fd(&helper.in);
  close_fd(&helper.out);
  close_fd(&helper.err);
}

/** It must die by what we ignore or hold back. @return 0 or an errno */
static int spawn_with(char **argv, const int theirs[3]) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_init(&actions);
  for (int fd = 0; fd < 3; fd++) posix_spawn_file_actions_adddup2(&actions, theirs[fd], fd);
  pid_t pid;
  int number = posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (number == 0) helper.pid = pid;
  return number;
}

void helper_start(struct buffer *output, uint32_t id, const struct cli_start *request) {
  if (helper.pid || request->argv.count == 0) return answer(output, id, EBUSY);
  int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
  int number = 0;
  if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0) number = errno;
  if (number == 0) {
    // Refused, it is only slower.
    fcntl(in[1], F_SETPIPE_SZ, PIPE_BYTES);
    fcntl(out[1], F_SETPIPE_SZ, PIPE_BYTES);
    number = spawn_with(request->argv.items, (int[]){in[0], out[1], err[1]});
  }
  helper.in = in[1];
  helper.out = out[0];
  helper.err = err[0];
  close_fd(&in[0]);
  close_fd(&out[1]);
  close_fd(&err[1]);
  if (number) close_ours();
  answer(output, id, number);
}

void helper_take(struct buffer *output, uint32_t id, const struct cli_take *request) {
  if (helper.out < 0) return answer(output, id, EBADF);
  if (request->length > MAX_FRAME_BYTES - FRAME_HEADER_BYTES - sizeof(uint32_t)) return answer(output, id, EINVAL);
  AUTO_FREE uint8_t *bytes = malloc(request->length ? request->length : 1);
  if (!bytes) return answer(output, id, ENOMEM);
  ssize_t count = RETRY(read(helper.out, bytes, request->length));
  if (count < 0) return answer(output, id, errno);
  cli_put_content(output, id, (struct cli_content){.content = {(uint32_t)count, bytes}});
}

void helper_give(struct buffer *output, uint32_t id, const struct cli_give *request) {
  if (helper.in < 0) return answer(output, id, EBADF);
  answer(output, id, write_all(helper.in, request->content.data, request->content.length) < 0 ? errno : 0);
}

/** What it said on stderr, without the end of the line. */
static void read_errors(char message[MAX_ERROR_BYTES]) {
  size_t length = 0;
  for (;;) {
    char rest[512];
    bool full = length + 1 == MAX_ERROR_BYTES;
    ssize_t count = RETRY(full ? read(helper.err, rest, sizeof(rest))
                               : read(helper.err, message + length, MAX_ERROR_BYTES - 1 - length));
    if (count <= 0) break;
    if (!full) length += (size_t)count;
  }
  message[length] = 0;
  message[strcspn(message, "\n")] = 0;
}

void helper_finish(struct buffer *output, uint32_t id, const struct cli_finish *request) {
  if (!helper.pid) return answer(output, id, ESRCH);
  if (request->cancel) helper_kill();
  close_fd(&helper.in);
  close_fd(&helper.out);
  char message[MAX_ERROR_BYTES];
  read_errors(message);
  int status = 0;
  RETRY(waitpid(helper.pid, &status, 0));
  helper.pid = 0;
  close_ours();
  int code = WIFSIGNALED(status) ? SIGNAL_EXIT_BASE + WTERMSIG(status) : WEXITSTATUS(status);
  cli_put_finished(output, id, (struct cli_finished){.code = (uint8_t)code, .message = message});
}

void helper_kill(void) {
  // Not SIGKILL: it takes away what it had half written.
  if (helper.pid) kill(helper.pid, SIGTERM);
}

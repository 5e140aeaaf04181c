// A line is one write, so that nobody ever reads half of one.
#include "status.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib-c/io.h"

/** A longer message is cut. */
#define MESSAGE_BYTES 2048

/** With quotes, backslashes and control characters escaped. */
static void escape(char *out, size_t room, const char *text) {
  const char *last = out + room - sizeof("\\u0000");
  for (; *text && out < last; text++) {
    unsigned char byte = (unsigned char)*text;
    if (byte == '"' || byte == '\\') *out++ = '\\';
    if (byte < ' ')
      out += sprintf(out, "\\u%04x", byte);
    else
      *out++ = (char)byte;
  }
  *out = 0;
}

void status_process(const char *event, pid_t pid) {
  char line[64];
  int bytes = snprintf(line, sizeof(line), "{\"event\":\"%s\",\"pid\":%d}\n", event, (int)pid);
  (void)!write_all(STATUS_FD, line, (size_t)bytes);
}

void status_error(const char *message) {
  char escaped[MESSAGE_BYTES];
  escape(escaped, sizeof(escaped), message);
  dprintf(STATUS_FD, "{\"event\":\"error\",\"message\":\"%s\"}\n", escaped);
}

/** Without the file, a later engine takes the container for one whose shim was killed. */
static void keep(const char *bundle, const char *name, const char *text) {
  char path[PATH_MAX];
  snprintf(path, sizeof(path), "%s/%s", bundle, name);
  AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd >= 0) (void)!write_all(fd, text, strlen(text));
}

void status_keep_pid(pid_t pid, const char *bundle) {
  char text[16];
  snprintf(text, sizeof(text), "%d", (int)pid);
  keep(bundle, "init.pid", text);
}

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void status_exit(int wait_status, bool oom_killed, const char *bundle) {
  int code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 0;
  int signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
  char line[128];
  snprintf(line, sizeof(line),
           "{\"event\":\"exit\",\"code\":%d,\"signal\":%d,\"oomKilled\":%s,\"timeMs\":%lld}\n", code, signal,
           oom_killed ? "true" : "false", now_ms());
  if (bundle) keep(bundle, "exit.json", line);
  (void)!write_all(STATUS_FD, line, strlen(line));
}

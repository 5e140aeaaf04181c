// A line is one write, so that nobody ever reads half of one.
#include "status.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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
  dprintf(STATUS_FD, "{\"event\":\"%s\",\"pid\":%d}\n", event, (int)pid);
}

void status_error(const char *message) {
  char escaped[MESSAGE_BYTES];
  escape(escaped, sizeof(escaped), message);
  dprintf(STATUS_FD, "{\"event\":\"error\",\"message\":\"%s\"}\n", escaped);
}

void status_exit(int wait_status, bool oom_killed) {
  int code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 0;
  int signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
  dprintf(STATUS_FD, "{\"event\":\"exit\",\"code\":%d,\"signal\":%d,\"oomKilled\":%s}\n", code, signal,
          oom_killed ? "true" : "false");
}

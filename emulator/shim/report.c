// libcrun writes to the C library's `stderr`, also in a process that it cloned: so that name is pointed at the pipe, while
// fd 2 stays what the container gets.
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "../lib-c/io.h"
#include "crun-library.h"

static int read_fd = -1;

static void on_message(int number, const char *message, bool warning, void *unused) {
  (void)unused;
  if (warning) return;
  fprintf(stderr, number ? "%s: %s\n" : "%s\n", message, strerror(number));
}

int report_open(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -1;
  read_fd = ends[0];
  FILE *file = fdopen(ends[1], "we");
  if (!file) return -1;
  setvbuf(file, NULL, _IONBF, 0);
  stderr = file;
  crun_set_output_handler(on_message, NULL, false);
  return 0;
}

bool report_read(char *text, size_t room) {
  size_t length = 0;
  fclose(stderr);
  for (;;) {
    ssize_t count = RETRY(read(read_fd, text + length, room - 1 - length));
    if (count <= 0) break;
    length += (size_t)count;
  }
  close_fd(&read_fd);
  while (length > 0 && text[length - 1] == '\n') length--;
  text[length] = 0;
  return length > 0;
}

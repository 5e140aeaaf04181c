// libc asks of each directory on the way to a container's root whether it is a link. The kernel has been there when it opens the
// root, and knows the way. The linker puts this function in the place of libc's (--wrap).
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib-c/io.h"

char *__real_realpath(const char *path, char *resolved);
char *__wrap_realpath(const char *path, char *resolved);

char *__wrap_realpath(const char *path, char *resolved) {
  char name[32], found[PATH_MAX];
  AUTO_CLOSE int fd = resolved ? -1 : open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) return __real_realpath(path, resolved);
  snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
  ssize_t length = readlink(name, found, sizeof(found));
  // Without /proc, or longer than a path may be.
  if (length <= 0 || (size_t)length == sizeof(found)) return __real_realpath(path, resolved);
  return strndup(found, (size_t)length);
}

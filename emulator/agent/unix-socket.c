// A stale socket file is in the way of bind(2), so it goes first.
#include "unix-socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../lib-c/io.h"

int unix_listen(const char *path, uint32_t mode, struct error *err) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof(address.sun_path)) return fail(err, ENAMETOOLONG, "Cannot listen on %s", path);
  strcpy(address.sun_path, path);
  AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(err, errno, "Cannot make a socket");
  if (unlink(path) < 0 && errno != ENOENT) return fail(err, errno, "Cannot replace %s", path);
  if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) return fail(err, errno, "Cannot bind to %s", path);
  if (chmod(path, mode) < 0 || listen(fd, SOMAXCONN) < 0) {
    int number = errno;
    unlink(path);
    return fail(err, number, "Cannot listen on %s", path);
  }
  return take_fd(&fd);
}

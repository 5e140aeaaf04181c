// The file is opened with O_NONBLOCK: without it the kernel's 9p client reads again until the whole buffer is full. A read
// still blocks until the host has bytes. Reads and writes name a position (the host does not look at it), since two threads
// that share a file's own position would wait for each other.
#include "host-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "io.h"

static int open_socket(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof(address.sun_path)) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) return -1;
  return take_fd(&fd);
}

int host_file_open(struct host_file *file, const char *path) {
  file->fd = (int)RETRY(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  // open(2) of a socket says ENXIO, and so does a 9p file that nobody serves.
  file->is_socket = file->fd < 0 && errno == ENXIO;
  if (file->is_socket) file->fd = open_socket(path);
  return file->fd < 0 ? -1 : 0;
}

ssize_t host_file_read(const struct host_file *file, void *into, size_t bytes) {
  return file->is_socket ? RETRY(read(file->fd, into, bytes)) : RETRY(pread(file->fd, into, bytes, 0));
}

ssize_t host_file_write(const struct host_file *file, const void *from, size_t bytes) {
  return file->is_socket ? RETRY(write(file->fd, from, bytes)) : RETRY(pwrite(file->fd, from, bytes, 0));
}

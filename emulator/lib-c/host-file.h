// A byte channel to the host: a synthetic 9p file in the guest, a unix socket in tests.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct host_file {
  int fd;
  bool is_socket;
};

/** @return 0, or -1 with errno: nobody serves it */
int host_file_open(struct host_file *file, const char *path);
/** Waits for bytes. @return how many, 0 at the end, -1 with errno */
ssize_t host_file_read(const struct host_file *file, void *into, size_t bytes);
/** @return bytes taken, or -1 with errno */
ssize_t host_file_write(const struct host_file *file, const void *from, size_t bytes);

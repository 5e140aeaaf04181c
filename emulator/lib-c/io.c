// Whole writes, whatever the kernel takes at a time.
#include "io.h"

#include <errno.h>
#include <stdint.h>

int write_all(int fd, const void *data, size_t bytes) {
  const uint8_t *at = data;
  while (bytes > 0) {
    ssize_t count = RETRY(write(fd, at, bytes));
    if (count < 0) return -1;
    at += count;
    bytes -= (size_t)count;
  }
  return 0;
}

// The one place that retries after a signal, and the cleanups that close what a scope opened.
#pragma once

#include <dirent.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#define RETRY(call)                                                                                                    \
  ({                                                                                                                   \
    ssize_t result_;                                                                                                   \
    do                                                                                                                 \
      result_ = (call);                                                                                                \
    while (result_ < 0 && errno == EINTR);                                                                             \
    result_;                                                                                                           \
  })

/** Writes everything. @return 0, or -1 with errno */
int write_all(int fd, const void *data, size_t bytes);

/** The fd, which the caller now owns; the cleanup will not close it. */
static inline int take_fd(int *fd) {
  int taken = *fd;
  *fd = -1;
  return taken;
}

static inline void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static inline void close_directory(DIR **dir) {
  if (*dir) closedir(*dir);
}

static inline void free_pointer(void *at) { free(*(void **)at); }

#define AUTO_CLOSE __attribute__((cleanup(close_fd)))
#define AUTO_CLOSEDIR __attribute__((cleanup(close_directory)))
#define AUTO_FREE __attribute__((cleanup(free_pointer)))

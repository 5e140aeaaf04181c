// What the agent holds. One lock guards all of it: the channel's thread serves requests, the loop's thread serves files.
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib-c/buffer.h"
#include "../lib-c/error.h"
#include "../lib-c/host-file.h"
#include "loop.h"
#include "protocol.h"

#define STREAM_BUCKETS 256

struct channel {
  const char *path;
  struct host_file file;
  /** A write failed; nothing more is sent until the channel's thread has opened it again. */
  bool broken;
  struct buffer input, output;
};

struct agent {
  /** PID 1: the machine's clock and entropy are ours to set. */
  bool is_init;
  /** The peer said hello, and its version is ours. */
  bool greeted;
  /** The channel is to be closed and opened again. */
  bool suspended;
  pthread_mutex_t lock;
  struct channel channel;
  struct loop loop;
  struct source children_source;
  struct stream *streams[STREAM_BUCKETS];
  struct child *children;
  struct listener *listeners;
  uint32_t own_stream_count;
  /** /dev/null, for the stdio that nobody asked for. */
  int null_fd;
};

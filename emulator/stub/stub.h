// What one run of `docker` holds. The main thread reads the channel and obeys; a second one watches stdin and signals,
// because a read of a 9p file cannot be waited for together with anything else, nor be interrupted.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib-c/host-file.h"
#include "protocol.h"

struct stub {
  struct host_file channel;
  /** A frame is written whole before another starts. */
  pthread_mutex_t write_lock;
  /** Signals that the watcher takes: all that may end us, but for those that our parent had ignored. */
  sigset_t signals;
  int signal_fd;
  /** Tells the watcher of a pull. */
  int pull_fd;
  /** What the host asked of stdin and did not get yet; 0 when nothing. */
  volatile uint32_t pull_bytes;
  /** As catchSignals says. */
  volatile uint8_t catching;
  /** SIGTSTP came, and the host was told. */
  volatile bool stopping;
};

/** Sends the frames in `output`, and empties it. */
void stub_send(struct stub *stub, struct buffer *output);

// The event loop: each open file that the agent waits for is a source.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../lib-c/error.h"

struct agent;

struct source {
  int fd;
  /** What epoll watches; 0 when the fd is not registered. */
  uint32_t events;
  void (*on_event)(struct agent *agent, struct source *source, uint32_t events);
};

struct loop {
  int epoll_fd;
  /** Owners of closed sources: epoll may have handed them out already, so they live until the turn ends. */
  void **dead;
  size_t dead_count, dead_capacity;
};

#define OWNER_OF(source, type, member) ((type *)(void *)((char *)(source) - offsetof(type, member)))

int loop_open(struct loop *loop, struct error *err);
/** Watches for `events`; 0 stops, which also keeps EPOLLHUP from spinning. */
void source_watch(struct loop *loop, struct source *source, uint32_t events);
/** Closes the fd. Harmless on a closed source. */
void source_close(struct loop *loop, struct source *source);
/** Frees `memory`, which holds closed sources, when no event can name it any more. */
void loop_bury(struct loop *loop, void *memory);
/** Waits for events, serves them under the agent's lock, and sends what they produced in one write. */
void loop_turn(struct agent *agent);

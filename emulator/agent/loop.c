// One epoll_wait, one lock, one write to the channel for all that happened meanwhile: switching costs more than working here.
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "agent.h"
#include "channel.h"

#define EVENTS_A_TURN 64

int loop_open(struct loop *loop, struct error *err) {
  loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  return loop->epoll_fd < 0 ? fail(err, errno, "Cannot make an epoll") : 0;
}

void source_watch(struct loop *loop, struct source *source, uint32_t events) {
  if (source->fd < 0 || source->events == events) return;
  struct epoll_event event = {.events = events, .data.ptr = source};
  int operation = events == 0 ? EPOLL_CTL_DEL : source->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  // Fails only without memory: the stream then stalls, and the host can reset it.
  if (epoll_ctl(loop->epoll_fd, operation, source->fd, &event) == 0) source->events = events;
}

void source_close(struct loop *loop, struct source *source) {
  source_watch(loop, source, 0);
  close_fd(&source->fd);
  source->events = 0;
}

void loop_bury(struct loop *loop, void *memory) {
  if (loop->dead_count == loop->dead_capacity) {
    loop->dead_capacity = loop->dead_capacity ? 2 * loop->dead_capacity : 16;
    loop->dead = realloc(loop->dead, loop->dead_capacity * sizeof(void *));
    if (!loop->dead) abort();
  }
  loop->dead[loop->dead_count++] = memory;
}

void loop_turn(struct agent *agent) {
  struct loop *loop = &agent->loop;
  struct epoll_event events[EVENTS_A_TURN];
  int count = (int)RETRY(epoll_wait(loop->epoll_fd, events, EVENTS_A_TURN, -1));
  pthread_mutex_lock(&agent->lock);
  for (int i = 0; i < count; i++) {
    struct source *source = events[i].data.ptr;
    uint32_t wanted = source->events ? source->events | EPOLLERR | EPOLLHUP : 0;
    if (events[i].events & wanted) source->on_event(agent, source, events[i].events & wanted);
  }
  channel_flush(&agent->channel);
  while (loop->dead_count > 0) free(loop->dead[--loop->dead_count]);
  pthread_mutex_unlock(&agent->lock);
}

// What the file does not take at once is held, at most a window of it; written bytes become credit.
#include "inlet.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib-c/io.h"

/** Credit goes back in pieces of this size: often enough never to stall the host, too seldom to cost. */
#define CREDIT_BYTES (STREAM_WINDOW_BYTES / 4)

static void give_credit(struct agent *agent, struct stream *stream, uint32_t bytes) {
  struct inlet *in = &stream->in;
  in->taken += (int32_t)bytes;
  if (in->taken < CREDIT_BYTES || in->ended) return;
  agent_put_credit(&agent->channel.output, stream->id, (struct agent_credit){.bytes = (uint32_t)in->taken});
  in->window += (uint32_t)in->taken;
  in->taken = 0;
}

/** @return bytes written, or -1 when the stream is reset and gone */
static ssize_t write_some(struct agent *agent, struct stream *stream, const uint8_t *data, size_t bytes) {
  size_t written = 0;
  while (written < bytes) {
    ssize_t count = RETRY(write(stream->in.source.fd, data + written, bytes - written));
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) {
      stream_reset(agent, stream, errno);
      return -1;
    }
    written += (size_t)count;
  }
  give_credit(agent, stream, (uint32_t)written);
  return (ssize_t)written;
}

/** While nothing is pending, only a pipe is watched: for the end of its reader, so that the host learns of it. */
static void watch(struct agent *agent, struct stream *stream) {
  bool waiting = buffer_bytes(&stream->in.pending) > 0;
  uint32_t idle = stream->kind == STREAM_PIPE ? EPOLLERR : 0;
  source_watch(&agent->loop, &stream->in.source, waiting ? EPOLLOUT : idle);
}

void inlet_push(struct agent *agent, struct stream *stream) {
  struct inlet *in = &stream->in;
  if (buffer_bytes(&in->pending) > 0) {
    ssize_t count = write_some(agent, stream, buffer_head(&in->pending), buffer_bytes(&in->pending));
    if (count < 0) return;
    buffer_drop(&in->pending, (size_t)count);
  }
  if (buffer_bytes(&in->pending) == 0 && in->ended) {
    if (stream->kind == STREAM_SOCKET) shutdown(in->source.fd, SHUT_WR);
    // A terminal has no end of input of its own: the host types Ctrl-D when it means one.
    stream_end_input(agent, stream);
    return;
  }
  if (buffer_bytes(&in->pending) == 0) buffer_free(&in->pending);
  watch(agent, stream);
}

void inlet_receive(struct agent *agent, struct stream *stream, struct wire_bytes content) {
  struct inlet *in = &stream->in;
  if (content.length > in->window || in->ended) {
    stream_reset(agent, stream, EPROTO);
    return;
  }
  in->window -= content.length;
  size_t written = 0;
  if (in->source.fd >= 0 && buffer_bytes(&in->pending) == 0) {
    ssize_t count = write_some(agent, stream, content.data, content.length);
    if (count < 0) return;
    written = (size_t)count;
  }
  buffer_put(&in->pending, content.data + written, content.length - written);
  if (in->source.fd >= 0) watch(agent, stream);
}

void inlet_on_event(struct agent *agent, struct source *source, uint32_t events) {
  struct stream *stream = OWNER_OF(source, struct stream, in.source);
  if (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLOUT && stream->kind != STREAM_PIPE)) {
    stream_reset(agent, stream, EPIPE);
    return;
  }
  inlet_push(agent, stream);
}

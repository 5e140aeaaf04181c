// The table of streams, and what the host may say about one. Their bytes move in outlet.c and inlet.c.
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "inlet.h"
#include "outlet.h"

static struct stream **bucket_of(struct agent *agent, uint32_t id) { return &agent->streams[id % STREAM_BUCKETS]; }

struct stream *stream_find(struct agent *agent, uint32_t id) {
  struct stream *stream = *bucket_of(agent, id);
  while (stream && stream->id != id) stream = stream->next;
  return stream;
}

uint32_t stream_unused_id(struct agent *agent) {
  uint32_t id;
  do
    id = AGENT_STREAM_BIT | agent->own_stream_count++;
  while (stream_find(agent, id));
  return id;
}

int stream_check_ids(struct agent *agent, const uint32_t ids[STDIO_COUNT], struct error *err) {
  for (int i = 0; i < STDIO_COUNT; i++) {
    if (ids[i] == 0) continue;
    bool taken = ids[i] & AGENT_STREAM_BIT || stream_find(agent, ids[i]);
    for (int j = 0; j < i; j++) taken |= ids[j] == ids[i];
    if (taken) return fail(err, EINVAL, "Cannot use stream %u", ids[i]);
  }
  return 0;
}

static void table_add(struct agent *agent, struct stream *stream) {
  struct stream **bucket = bucket_of(agent, stream->id);
  stream->next = *bucket;
  *bucket = stream;
}

static void table_remove(struct agent *agent, struct stream *stream) {
  struct stream **at = bucket_of(agent, stream->id);
  while (*at != stream) at = &(*at)->next;
  *at = stream->next;
}

struct stream *stream_open(struct agent *agent, uint32_t id, enum stream_kind kind, int directions) {
  struct stream *stream = calloc(1, sizeof(*stream));
  if (!stream) abort();
  stream->id = id;
  stream->kind = kind;
  stream->out = (struct outlet){
      .source = {.fd = -1, .on_event = outlet_on_event},
      .open = directions & STREAM_OUT,
      .window = STREAM_WINDOW_BYTES,
  };
  stream->in = (struct inlet){
      .source = {.fd = -1, .on_event = inlet_on_event},
      .open = directions & STREAM_IN,
      .window = STREAM_WINDOW_BYTES,
  };
  table_add(agent, stream);
  return stream;
}

void stream_pair(struct stream *output, struct stream *input) {
  output->peer = input;
  input->peer = output;
}

static void stream_free(struct agent *agent, struct stream *stream) {
  table_remove(agent, stream);
  if (stream->holder) *stream->holder = NULL;
  struct stream *peer = stream->peer;
  if (peer) peer->peer = NULL;
  source_close(&agent->loop, &stream->out.source);
  source_close(&agent->loop, &stream->in.source);
  buffer_free(&stream->in.pending);
  bool was_output = stream->out.open;
  loop_bury(&agent->loop, stream);
  // A terminal without output is hung up.
  if (peer && was_output) stream_reset(agent, peer, 0);
}

void stream_attach(struct agent *agent, struct stream *stream, int out_fd, int in_fd) {
  stream->out.source.fd = out_fd;
  stream->in.source.fd = in_fd;
  if (out_fd >= 0 && !stream->orphan) source_watch(&agent->loop, &stream->out.source, EPOLLIN);
  if (in_fd >= 0) inlet_push(agent, stream);
}

void stream_end_output(struct agent *agent, struct stream *stream) {
  if (!stream->out.open) return;
  agent_put_end(&agent->channel.output, stream->id, (struct agent_end){});
  if (!stream->in.open) {
    stream_free(agent, stream);
    return;
  }
  stream->out.open = false;
  source_close(&agent->loop, &stream->out.source);
}

void stream_end_input(struct agent *agent, struct stream *stream) {
  stream->in.open = false;
  source_close(&agent->loop, &stream->in.source);
  if (!stream->out.open) stream_free(agent, stream);
}

void stream_reset(struct agent *agent, struct stream *stream, int number) {
  agent_put_reset(&agent->channel.output, stream->id, (struct agent_reset){.number = (uint32_t)number});
  stream_free(agent, stream);
}

void stream_orphan(struct agent *agent, struct stream *stream) {
  table_remove(agent, stream);
  stream->id = stream_unused_id(agent);
  table_add(agent, stream);
  stream->orphan = true;
  source_watch(&agent->loop, &stream->out.source, 0);
}

void stream_adopt(struct agent *agent, struct stream *stream, uint32_t id) {
  table_remove(agent, stream);
  stream->id = id;
  table_add(agent, stream);
  stream->orphan = false;
  stream->out.window = stream->in.window = STREAM_WINDOW_BYTES;
  stream->in.taken = -(int32_t)buffer_bytes(&stream->in.pending);
  if (stream->out.open) source_watch(&agent->loop, &stream->out.source, EPOLLIN);
}

static struct stream *first_with_host(struct stream *stream) {
  while (stream && stream->orphan) stream = stream->next;
  return stream;
}

void streams_forget(struct agent *agent) {
  for (int i = 0; i < STREAM_BUCKETS; i++)
    for (struct stream *stream; (stream = first_with_host(agent->streams[i]));) stream_free(agent, stream);
}

void stream_on_data(struct agent *agent, uint32_t id, struct wire_bytes content) {
  struct stream *stream = stream_find(agent, id);
  if (stream && stream->in.open) inlet_receive(agent, stream, content);
}

void stream_on_credit(struct agent *agent, uint32_t id, uint32_t bytes) {
  struct stream *stream = stream_find(agent, id);
  if (stream && stream->out.open) outlet_credit(agent, stream, bytes);
}

void stream_on_end(struct agent *agent, uint32_t id) {
  struct stream *stream = stream_find(agent, id);
  if (!stream || !stream->in.open) return;
  stream->in.ended = true;
  if (stream->in.source.fd >= 0) inlet_push(agent, stream);
}

void stream_on_reset(struct agent *agent, uint32_t id) {
  struct stream *stream = stream_find(agent, id);
  if (stream) stream_free(agent, stream);
}

// Bytes are read straight into the frame that carries them. One read an event, so that no stream holds up another.
#include "outlet.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "channel.h"

/** @return what read(2) returned; a frame is in the output only for a positive count */
static ssize_t read_frame(struct agent *agent, struct stream *stream) {
  struct buffer *output = &agent->channel.output;
  size_t room = stream->out.window < MAX_DATA_BYTES ? stream->out.window : MAX_DATA_BYTES;
  size_t begin = frame_begin(output, agent_data_code, stream->id);
  put_u32(output, 0);
  size_t content = buffer_bytes(output);
  ssize_t count = RETRY(read(stream->out.source.fd, buffer_room(output, room), room));
  if (count <= 0) {
    output->end = output->start + begin;
    return count;
  }
  uint32_t length = (uint32_t)count;
  memcpy(buffer_head(output) + content - sizeof(length), &length, sizeof(length));
  buffer_grow(output, length);
  frame_end(output, begin);
  return count;
}

void outlet_on_event(struct agent *agent, struct source *source, uint32_t events) {
  (void)events;
  struct stream *stream = OWNER_OF(source, struct stream, out.source);
  ssize_t count = read_frame(agent, stream);
  if (count > 0) {
    stream->out.window -= (uint32_t)count;
    if (stream->out.window == 0) source_watch(&agent->loop, source, 0);
    channel_relieve(&agent->channel);
  } else if (count == 0 || errno == EIO) {
    // EIO: the last process that had the terminal is gone.
    stream_end_output(agent, stream);
  } else if (errno != EAGAIN) {
    stream_reset(agent, stream, errno);
  }
}

void outlet_credit(struct agent *agent, struct stream *stream, uint32_t bytes) {
  if (bytes > STREAM_WINDOW_BYTES || stream->out.window + bytes > STREAM_WINDOW_BYTES) {
    stream_reset(agent, stream, EPROTO);
    return;
  }
  stream->out.window += bytes;
  if (stream->out.window > 0) source_watch(&agent->loop, &stream->out.source, EPOLLIN);
}

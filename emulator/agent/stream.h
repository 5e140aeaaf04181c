// Streams: bytes between the channel and a pipe, a terminal or a socket, with a window in each direction.
#pragma once

#include "agent.h"

enum stream_kind { STREAM_PIPE, STREAM_TERMINAL, STREAM_SOCKET };

/** From a file of the guest to the host. */
struct outlet {
  struct source source;
  bool open;
  /** Bytes the host will still take. */
  uint32_t window;
};

/** From the host to a file of the guest. */
struct inlet {
  struct source source;
  bool open, ended;
  /** Bytes the host may still send. */
  uint32_t window;
  /** Bytes written since the last credit. */
  uint32_t taken;
  struct buffer pending;
};

struct stream {
  struct stream *next;
  uint32_t id;
  enum stream_kind kind;
  struct outlet out;
  struct inlet in;
  /** The other stream of a terminal. */
  struct stream *peer;
};

enum { STREAM_OUT = 1, STREAM_IN = 2 };

struct stream *stream_find(struct agent *agent, uint32_t id);
/** A stream without a file yet: it holds what the host sends. `id` must be free. */
struct stream *stream_open(struct agent *agent, uint32_t id, enum stream_kind kind, int directions);
/** Gives it its files, which it then owns; -1 for a direction that it does not have. They must not block. */
void stream_attach(struct agent *agent, struct stream *stream, int out_fd, int in_fd);
/** Makes two streams the directions of one terminal: when the output goes, the input does. */
void stream_pair(struct stream *output, struct stream *input);
/** No more output; says so to the host. */
void stream_end_output(struct agent *agent, struct stream *stream);
/** Gives the stream up, and tells the host why. */
void stream_reset(struct agent *agent, struct stream *stream, int number);
/** Closes every stream without a word: the host that knew them is gone. */
void streams_forget(struct agent *agent);

// What the host said. A stream that is not there was given up by us while the host's frame was on its way.
void stream_on_data(struct agent *agent, uint32_t id, struct wire_bytes content);
void stream_on_credit(struct agent *agent, uint32_t id, uint32_t bytes);
void stream_on_end(struct agent *agent, uint32_t id);
void stream_on_reset(struct agent *agent, uint32_t id);

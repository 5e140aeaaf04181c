// Streams: bytes between the channel and a pipe, a terminal or a socket, with a window in each direction.
#pragma once

#include "agent.h"

enum stream_kind { STREAM_PIPE, STREAM_TERMINAL, STREAM_SOCKET, STREAM_DATAGRAMS };

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
  /** Bytes written since the last credit; below 0 while some that the host did not send on this channel are to come. */
  int32_t taken;
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
  /** Where a process that is kept points at this stream; cleared when it goes. */
  struct stream **holder;
  /** Its channel is gone: what the program writes stays in the pipe. */
  bool orphan;
};

/** A process's streams, in the order of its file descriptors. */
enum { STDIN, STDOUT, STDERR, STATUS, STDIO_COUNT };

enum { STREAM_OUT = 1, STREAM_IN = 2 };

struct stream *stream_find(struct agent *agent, uint32_t id);
/** A number of ours that is not in use. */
uint32_t stream_unused_id(struct agent *agent);
/** Refuses numbers of a process's streams that are not the host's to give, are in use, or are there twice. */
int stream_check_ids(struct agent *agent, const uint32_t ids[STDIO_COUNT], struct error *err);
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
/** The channel is gone, the stream stays: it gets a number that no host knows, and is read no more. */
void stream_orphan(struct agent *agent, struct stream *stream);
/** A new host goes on with it, under its own number and with full windows. */
void stream_adopt(struct agent *agent, struct stream *stream, uint32_t id);
/** Closes every stream but orphans, without a word: the host that knew them is gone. */
void streams_forget(struct agent *agent);

// What the host said. A stream that is not there was given up by us while the host's frame was on its way.
void stream_on_data(struct agent *agent, uint32_t id, struct wire_bytes content);
void stream_on_credit(struct agent *agent, uint32_t id, uint32_t bytes);
void stream_on_end(struct agent *agent, uint32_t id);
void stream_on_reset(struct agent *agent, uint32_t id);

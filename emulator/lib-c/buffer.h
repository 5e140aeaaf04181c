// A queue of bytes that grows as needed and gives its memory back when it is empty: hundreds may exist at once.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct buffer {
  uint8_t *data;
  size_t start, end, capacity;
};

static inline size_t buffer_bytes(const struct buffer *buffer) { return buffer->end - buffer->start; }
static inline uint8_t *buffer_head(const struct buffer *buffer) { return buffer->data + buffer->start; }

/** Room for `bytes` at the end: where to put them. Call buffer_grow() with what was put. Ends the program without memory. */
uint8_t *buffer_room(struct buffer *buffer, size_t bytes);
static inline void buffer_grow(struct buffer *buffer, size_t bytes) { buffer->end += bytes; }

void buffer_put(struct buffer *buffer, const void *data, size_t bytes);
/** Takes `bytes` from the front. */
void buffer_drop(struct buffer *buffer, size_t bytes);
void buffer_free(struct buffer *buffer);

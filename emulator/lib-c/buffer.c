// Bytes move only when the front has been taken and the back is full.
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

/** An empty buffer keeps this much for the next use. */
#define KEPT_BYTES (128 * 1024)

uint8_t *buffer_room(struct buffer *buffer, size_t bytes) {
  size_t held = buffer_bytes(buffer);
  if (buffer->capacity - buffer->end < bytes) {
    if (buffer->start > 0) memmove(buffer->data, buffer_head(buffer), held);
    buffer->start = 0;
    buffer->end = held;
  }
  if (buffer->capacity - buffer->end < bytes) {
    size_t capacity = buffer->capacity < 256 ? 256 : buffer->capacity;
    while (capacity - held < bytes) capacity *= 2;
    uint8_t *data = realloc(buffer->data, capacity);
    // Nothing sensible can be told to anybody without memory for the telling.
    if (!data) abort();
    buffer->data = data;
    buffer->capacity = capacity;
  }
  return buffer->data + buffer->end;
}

void buffer_put(struct buffer *buffer, const void *data, size_t bytes) {
  if (bytes == 0) return;
  memcpy(buffer_room(buffer, bytes), data, bytes);
  buffer_grow(buffer, bytes);
}

void buffer_drop(struct buffer *buffer, size_t bytes) {
  buffer->start += bytes;
  if (buffer->start < buffer->end) return;
  buffer->start = buffer->end = 0;
  if (buffer->capacity > KEPT_BYTES) buffer_free(buffer);
}

void buffer_free(struct buffer *buffer) {
  free(buffer->data);
  *buffer = (struct buffer){0};
}

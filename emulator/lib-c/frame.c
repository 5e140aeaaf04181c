// Both machines we run on are little-endian, so an integer on the wire is an integer in memory.
#include "frame.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire is little-endian");

int frame_next(const struct buffer *input, struct frame *frame) {
  *frame = (struct frame){0};
  uint32_t size;
  if (buffer_bytes(input) < sizeof(size)) return 0;
  uint8_t *head = buffer_head(input);
  memcpy(&size, head, sizeof(size));
  if (size < FRAME_HEADER_BYTES || size > MAX_FRAME_BYTES) {
    frame->bad = "its size";
    return -1;
  }
  if (buffer_bytes(input) < size) return 0;
  frame->at = head + sizeof(size);
  frame->end = head + size;
  get_u8(frame, &frame->type);
  get_u32(frame, &frame->id);
  return (int)size;
}

bool frame_done(struct frame *frame) {
  if (!frame->bad && frame->at != frame->end) frame->bad = "bytes after its last field";
  return !frame->bad;
}

static uint8_t *take(struct frame *frame, size_t bytes, const char *what) {
  if (frame->bad) return NULL;
  if ((size_t)(frame->end - frame->at) < bytes) {
    frame->bad = what;
    return NULL;
  }
  uint8_t *start = frame->at;
  frame->at += bytes;
  return start;
}

static void get_number(struct frame *frame, void *out, size_t bytes) {
  const uint8_t *from = take(frame, bytes, "a number past its end");
  if (from)
    memcpy(out, from, bytes);
  else
    memset(out, 0, bytes);
}

void get_u8(struct frame *frame, wire_u8 *out) { get_number(frame, out, sizeof(*out)); }
void get_u16(struct frame *frame, wire_u16 *out) { get_number(frame, out, sizeof(*out)); }
void get_u32(struct frame *frame, wire_u32 *out) { get_number(frame, out, sizeof(*out)); }
void get_u64(struct frame *frame, wire_u64 *out) { get_number(frame, out, sizeof(*out)); }

void get_bytes(struct frame *frame, wire_bytes *out) {
  get_u32(frame, &out->length);
  out->data = take(frame, out->length, "bytes past its end");
  if (!out->data) out->length = 0;
}

void get_str(struct frame *frame, wire_str *out) {
  wire_bytes bytes;
  get_bytes(frame, &bytes);
  *out = "";
  if (frame->bad) return;
  if (memchr(bytes.data, 0, bytes.length)) {
    frame->bad = "a string with a NUL";
    return;
  }
  // One byte to the left, over its own length, so that the terminator fits without a copy.
  char *string = (char *)(uintptr_t)bytes.data - 1;
  memmove(string, bytes.data, bytes.length);
  string[bytes.length] = 0;
  *out = string;
}

void get_strs(struct frame *frame, wire_strs *out) {
  *out = (wire_strs){0};
  uint32_t count;
  get_u32(frame, &count);
  if (frame->bad) return;
  // Each string takes four bytes at least, so a frame bounds the array.
  if (count > (size_t)(frame->end - frame->at) / 4) {
    frame->bad = "a list past its end";
    return;
  }
  out->items = calloc((size_t)count + 1, sizeof(char *));
  if (!out->items) abort();
  out->count = count;
  for (uint32_t i = 0; i < count; i++) {
    wire_str item;
    get_str(frame, &item);
    out->items[i] = (char *)(uintptr_t)item;
  }
}

void free_strs(wire_strs *at) { free(at->items); }

size_t frame_begin(struct buffer *output, uint8_t type, uint32_t id) {
  size_t begin = buffer_bytes(output);
  put_u32(output, 0);
  put_u8(output, type);
  put_u32(output, id);
  return begin;
}

void frame_end(struct buffer *output, size_t begin) {
  uint32_t size = (uint32_t)(buffer_bytes(output) - begin);
  memcpy(buffer_head(output) + begin, &size, sizeof(size));
}

void put_u8(struct buffer *output, wire_u8 value) { buffer_put(output, &value, sizeof(value)); }
void put_u16(struct buffer *output, wire_u16 value) { buffer_put(output, &value, sizeof(value)); }
void put_u32(struct buffer *output, wire_u32 value) { buffer_put(output, &value, sizeof(value)); }
void put_u64(struct buffer *output, wire_u64 value) { buffer_put(output, &value, sizeof(value)); }

void put_bytes(struct buffer *output, wire_bytes value) {
  put_u32(output, value.length);
  buffer_put(output, value.data, value.length);
}

void put_str(struct buffer *output, wire_str value) {
  put_bytes(output, (wire_bytes){(uint32_t)strlen(value), (const uint8_t *)value});
}

void put_strs(struct buffer *output, wire_strs value) {
  put_u32(output, value.count);
  for (uint32_t i = 0; i < value.count; i++) put_str(output, value.items[i]);
}

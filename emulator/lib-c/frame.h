// Frames on the wire, as src/contracts/frame-codec.ts defines them:
//   u32 size (of the whole frame) | u8 type | u32 id | fields
// little-endian; a str or bytes is u32 length + bytes, a strs is u32 count + strs.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

#define FRAME_HEADER_BYTES 9
/** A larger frame is malformed. */
#define MAX_FRAME_BYTES (1 << 20)

typedef uint8_t wire_u8;
typedef uint16_t wire_u16;
typedef uint32_t wire_u32;
typedef uint64_t wire_u64;
/** Ends with NUL; holds none. Points into the frame. */
typedef const char *wire_str;
/** Ends with NULL, as execve(2) wants it. The array is on the heap, the strings are in the frame. */
typedef struct wire_strs {
  uint32_t count;
  char **items;
} wire_strs;
typedef struct wire_bytes {
  uint32_t length;
  const uint8_t *data;
} wire_bytes;

/** A frame being read. `bad` is set at the first field that does not fit, and says which. */
struct frame {
  uint8_t type;
  uint32_t id;
  uint8_t *at, *end;
  const char *bad;
};

/**
 * The first frame of `input`, if it is whole. Its strings are terminated in place, so it can be read once; drop its bytes
 * when it is done.
 * @return bytes of the frame, 0 when more must come, -1 when it is malformed (frame->bad)
 */
int frame_next(const struct buffer *input, struct frame *frame);
/** True when all fields fitted and nothing is left. */
bool frame_done(struct frame *frame);

void get_u8(struct frame *frame, wire_u8 *out);
void get_u16(struct frame *frame, wire_u16 *out);
void get_u32(struct frame *frame, wire_u32 *out);
void get_u64(struct frame *frame, wire_u64 *out);
void get_str(struct frame *frame, wire_str *out);
void get_strs(struct frame *frame, wire_strs *out);
void get_bytes(struct frame *frame, wire_bytes *out);

/** Starts a frame. @return its offset from the buffer's start, for frame_end() */
size_t frame_begin(struct buffer *output, uint8_t type, uint32_t id);
/** Fills in the size. */
void frame_end(struct buffer *output, size_t begin);

void put_u8(struct buffer *output, wire_u8 value);
void put_u16(struct buffer *output, wire_u16 value);
void put_u32(struct buffer *output, wire_u32 value);
void put_u64(struct buffer *output, wire_u64 value);
void put_str(struct buffer *output, wire_str value);
void put_strs(struct buffer *output, wire_strs value);
void put_bytes(struct buffer *output, wire_bytes value);

static inline void free_u8(wire_u8 *at) { (void)at; }
static inline void free_u16(wire_u16 *at) { (void)at; }
static inline void free_u32(wire_u32 *at) { (void)at; }
static inline void free_u64(wire_u64 *at) { (void)at; }
static inline void free_str(wire_str *at) { (void)at; }
static inline void free_bytes(wire_bytes *at) { (void)at; }
void free_strs(wire_strs *at);

// A third of what the shim itself does in an exec is libc's malloc: libcrun's JSON is thousands of small pieces, and more of one
// size than libc keeps at hand. Here a piece is the first of a list of its size, or the next of a fixed arena, and goes back to
// that list. What is too large, or does not fit any more, is libc's. The linker puts these functions in the place of libc's
// (--wrap); libc's own callers use them, too. One thread only: a shim has no other.
#include "heap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ARENA_BYTES (1024 * 1024)
#define PAGE_BYTES 4096
/** Of a piece, and what each is a multiple of. */
#define UNIT 16
#define LARGEST 512
#define SIZES (LARGEST / UNIT + 1)

/** Before each piece. Free ones are in a list. */
struct head {
  uint32_t units;
  uint32_t is_free;
};

struct piece {
  struct head head;
  /** Where the content would be. */
  struct piece *next;
};

void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void __real_free(void *content);
void __wrap_free(void *content);
void *__real_calloc(size_t count, size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__real_realloc(void *content, size_t bytes);
void *__wrap_realloc(void *content, size_t bytes);

static uint8_t arena[ARENA_BYTES] __attribute__((aligned(PAGE_BYTES)));
/** Contents are aligned to a unit, so a head is half of one before. */
static size_t used = UNIT - sizeof(struct head);
static struct piece *lists[SIZES];

static bool is_ours(const void *content) {
  return (uintptr_t)content - (uintptr_t)arena < ARENA_BYTES;
}

static struct piece *piece_of(void *content) { return (struct piece *)((uint8_t *)content - offsetof(struct piece, next)); }

static size_t room_in(const struct piece *piece) { return piece->head.units * UNIT - sizeof(struct head); }

void *__wrap_malloc(size_t bytes) {
  size_t units = (bytes + sizeof(struct head) + UNIT - 1) / UNIT;
  if (bytes > LARGEST - sizeof(struct head)) return __real_malloc(bytes);
  struct piece *piece = lists[units];
  if (piece) {
    lists[units] = piece->next;
    piece->head.is_free = false;
    return &piece->next;
  }
  if (ARENA_BYTES - used < units * UNIT) return __real_malloc(bytes);
  piece = (struct piece *)(void *)(arena + used);
  used += units * UNIT;
  piece->head = (struct head){.units = (uint32_t)units};
  return &piece->next;
}

void __wrap_free(void *content) {
  if (!is_ours(content)) return __real_free(content);
  struct piece *piece = piece_of(content);
  piece->head.is_free = true;
  piece->next = lists[piece->head.units];
  lists[piece->head.units] = piece;
}

void *__wrap_calloc(size_t count, size_t bytes) {
  size_t all;
  if (__builtin_mul_overflow(count, bytes, &all) || all > LARGEST - sizeof(struct head))
    return __real_calloc(count, bytes);
  void *content = __wrap_malloc(all);
  return content ? memset(content, 0, all) : NULL;
}

void *__wrap_realloc(void *content, size_t bytes) {
  if (!content) return __wrap_malloc(bytes);
  if (!is_ours(content)) return __real_realloc(content, bytes);
  if (bytes == 0) {
    __wrap_free(content);
    return NULL;
  }
  size_t room = room_in(piece_of(content));
  if (bytes <= room) return content;
  void *larger = __wrap_malloc(bytes);
  if (!larger) return NULL;
  memcpy(larger, content, room);
  __wrap_free(content);
  return larger;
}

/** @return the first byte of the first piece from `at` on that is free, or is not, as asked */
static size_t find(size_t at, bool is_free) {
  while (at < used) {
    const struct head *head = (const struct head *)(const void *)(arena + at);
    if ((head->is_free != 0) == is_free) break;
    at += head->units * UNIT;
  }
  return at;
}

void heap_trim(void) {
  // What is free is forgotten: part of it is gone, and what is asked for from now on is not much.
  memset(lists, 0, sizeof(lists));
  for (size_t at = find(UNIT - sizeof(struct head), true), end; at < used; at = find(end, true)) {
    end = find(at, false);
    size_t first = (at + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES, last = end / PAGE_BYTES * PAGE_BYTES;
    if (first < last) madvise(arena + first, last - first, MADV_DONTNEED);
    if (end == used) {
      used = at;
      return;
    }
    // One free piece, for who goes from piece to piece later. Its head is on a page that stayed.
    *(struct head *)(void *)(arena + at) = (struct head){.units = (uint32_t)((end - at) / UNIT), .is_free = true};
  }
}

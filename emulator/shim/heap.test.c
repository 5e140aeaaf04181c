// Lets heap.test.ts try the heap: asks for pieces and gives them back in an order that its argument decides, and says what was
// not as it should be. With `trim` the pages in use are counted before and after.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"

#define PIECES 3000
#define TURNS 400000

static struct {
  uint8_t *content;
  size_t bytes;
} pieces[PIECES];

static int mistakes;

static uint32_t next_random(void) {
  static uint32_t state;
  if (!state) state = 2463534242u;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static uint8_t mark_of(size_t i, size_t at) { return (uint8_t)(i * 31 + at); }

static void expect(int condition, const char *what) {
  if (!condition && mistakes++ < 5) printf("%s\n", what);
}

static void fill(size_t i) {
  for (size_t at = 0; at < pieces[i].bytes; at++) pieces[i].content[at] = mark_of(i, at);
}

static void check(size_t i, size_t bytes) {
  expect((uintptr_t)pieces[i].content % 16 == 0, "not aligned");
  for (size_t at = 0; at < bytes; at++) expect(pieces[i].content[at] == mark_of(i, at), "not what was written");
}

/** Mostly small, as in JSON; some that are libc's. */
static size_t some_bytes(void) { return next_random() % 50 == 0 ? next_random() % 20000 : next_random() % 100; }

static void take_new(size_t i) {
  pieces[i].bytes = some_bytes();
  if (next_random() % 2) {
    pieces[i].content = malloc(pieces[i].bytes);
  } else {
    pieces[i].content = calloc(1, pieces[i].bytes);
    for (size_t at = 0; at < pieces[i].bytes; at++) expect(pieces[i].content[at] == 0, "calloc is not zero");
  }
  fill(i);
}

static void give_back(size_t i) {
  check(i, pieces[i].bytes);
  free(pieces[i].content);
  pieces[i].content = NULL;
}

static void change(size_t i) {
  size_t before = pieces[i].bytes;
  pieces[i].bytes = 1 + some_bytes();
  pieces[i].content = realloc(pieces[i].content, pieces[i].bytes);
  check(i, before < pieces[i].bytes ? before : pieces[i].bytes);
  fill(i);
}

static void take_turns(size_t most) {
  for (size_t turn = 0; turn < TURNS; turn++) {
    size_t i = next_random() % most;
    if (!pieces[i].content)
      take_new(i);
    else if (next_random() % 4 == 0)
      change(i);
    else
      give_back(i);
    if (turn % (TURNS / 8) == 0) heap_trim();
  }
  for (size_t i = 0; i < most; i++)
    if (pieces[i].content) give_back(i);
}

static void try_trim(void) {
  heap_trim();
  void *first = malloc(20);
  for (size_t i = 0; i < PIECES; i++) {
    pieces[i].bytes = 100;
    pieces[i].content = malloc(pieces[i].bytes);
    fill(i);
  }
  for (size_t i = 0; i < PIECES; i++)
    if (i != 1500) free(pieces[i].content);
  uint8_t *inside = pieces[700].content;
  heap_trim();
  check(1500, 100);
  // Read as it is now: a page that was given back is empty.
  int is_empty = 1;
  for (size_t at = 0; at < 5000; at++) is_empty = is_empty && (at < 4096 || ((volatile uint8_t *)inside)[at] == 0);
  expect(is_empty, "a page between two pieces was kept");
  free(pieces[1500].content);
  free(first);
  heap_trim();
  expect(malloc(20) == first, "not from the start again");
}

int main(void) {
  take_turns(PIECES);
  take_turns(50);
  try_trim();
  free(NULL);
  free(realloc(NULL, 10));
  volatile size_t most = SIZE_MAX - 8;
  expect(malloc(most) == NULL && calloc(most, 1) == NULL && calloc(most, most) == NULL, "more than there is");
  return mistakes ? 1 : 0;
}

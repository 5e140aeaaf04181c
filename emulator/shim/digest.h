// Names for what the shim keeps: two lanes of 32 bits. What is kept comes from the engine, which has nothing to gain from a
// collision.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct digest {
  uint32_t first, second;
};

#define DIGEST_START ((struct digest){0x84222325u, 0xcbf29ce4u})

static inline void digest_mix(uint32_t *first, uint32_t *second, uint32_t word) {
  *first = (*first ^ word) * 0x9e3779b1u;
  *first = *first << 13 | *first >> 19;
  *second = (*second ^ word) * 0x85ebca77u + *first;
}

static inline void digest_add(struct digest *digest, const void *data, size_t bytes) {
  const uint8_t *at = data;
  uint32_t first = digest->first ^ (uint32_t)bytes, second = digest->second, word;
  for (; bytes >= sizeof(word); at += sizeof(word), bytes -= sizeof(word)) {
    // Of a size that the compiler knows: one instruction.
    memcpy(&word, at, sizeof(word));
    digest_mix(&first, &second, word);
  }
  if (bytes > 0) {
    word = 0;
    memcpy(&word, at, bytes);
    digest_mix(&first, &second, word);
  }
  *digest = (struct digest){first, second};
}

static inline unsigned long long digest_value(const struct digest *digest) {
  return (unsigned long long)digest->second << 32 | digest->first;
}

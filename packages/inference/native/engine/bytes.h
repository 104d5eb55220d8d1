// Integers as the rules hash them.
#ifndef POAI_BYTES_H
#define POAI_BYTES_H

#include <stdint.h>

/// Writes four big-endian bytes and answers where the next byte goes, as all of these do.
static inline uint8_t *put_u32be(uint8_t *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = (uint8_t)(value >> (24 - 8 * i));
  return to + 4;
}

static inline uint8_t *put_u32le(uint8_t *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = (uint8_t)(value >> (8 * i));
  return to + 4;
}

static inline uint8_t *put_u64be(uint8_t *to, uint64_t value) {
  return put_u32be(put_u32be(to, (uint32_t)(value >> 32)), (uint32_t)value);
}

static inline uint8_t *put_bytes(uint8_t *to, const void *bytes, uint32_t count) {
  __builtin_memcpy(to, bytes, count);
  return to + count;
}

#endif

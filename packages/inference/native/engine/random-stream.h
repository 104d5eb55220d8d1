// The random stream of docs/PROTOCOL.md, "Random stream": everything in an exam is drawn from it, in the order of the
// rules.
#ifndef POAI_RANDOM_STREAM_H
#define POAI_RANDOM_STREAM_H

#include <stdint.h>

#include "bytes.h"
#include "keccak.h"

/// Hashes that one stream may use: 65,536 bytes. A seed that needs more has no exam.
#define STREAM_MAX_HASHES 2048
/// Bytes that are hashed ahead: an exam takes some 150.
#define STREAM_BYTES (KECCAK_BATCH * HASH_BYTES)

typedef struct {
  uint8_t seed[HASH_BYTES];
  uint8_t bytes[STREAM_BYTES];
  uint32_t used, hashes;
  /// Set when the bytes ran out. From then on every byte is 0, which no drawing refuses: loops over drawings must look
  /// here.
  int is_dry;
} RandomStream;

static void stream_open(RandomStream *stream, const uint8_t *seed) {
  put_bytes(stream->seed, seed, HASH_BYTES);
  stream->used = STREAM_BYTES;
  stream->hashes = 0;
  stream->is_dry = 0;
}

static void stream_refill(RandomStream *stream) {
  stream->used = 0;
  if (stream->hashes == STREAM_MAX_HASHES) {
    stream->is_dry = 1;
    __builtin_memset(stream->bytes, 0, STREAM_BYTES);
    return;
  }
  KeccakBatch batch;
  for (uint32_t k = 0; k < KECCAK_BATCH; k++) {
    put_u32be(put_bytes(batch.blocks[k], stream->seed, HASH_BYTES), stream->hashes++);
  }
  keccak256_batch(&batch, KECCAK_BATCH, HASH_BYTES + 4, stream->bytes);
}

static inline uint32_t stream_byte(RandomStream *stream) {
  if (stream->used == STREAM_BYTES) stream_refill(stream);
  return stream->bytes[stream->used++];
}

/// A uniform integer in [0, n), for n from 1 to 65,536: exams of bytes ask for no more.
static inline uint32_t draw_below(RandomStream *stream, uint32_t n) {
  const uint32_t range = n <= 0x100 ? 0x100 : 0x10000;
  const uint32_t limit = range - range % n;
  for (;;) {
    uint32_t word = stream_byte(stream);
    if (range == 0x10000) word = word << 8 | stream_byte(stream);
    if (word < limit) return word % n;
  }
}

/// A uniform integer from `low` to `high`, both included.
static inline uint32_t draw_between(RandomStream *stream, uint32_t low, uint32_t high) {
  return low + draw_below(stream, high - low + 1);
}

/// True with probability numerator/denominator.
static inline int draw_chance(RandomStream *stream, uint32_t numerator, uint32_t denominator) {
  return draw_below(stream, denominator) < numerator;
}

#endif

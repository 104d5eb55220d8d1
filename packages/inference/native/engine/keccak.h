// Keccak-256 as Ethereum has it: FIPS 202's sponge with a rate of 136 bytes, padded with 0x01 instead of 0x06. The
// processors that this runs on, and WebAssembly, are little-endian as Keccak is.
#ifndef POAI_KECCAK_H
#define POAI_KECCAK_H

#include <stddef.h>
#include <stdint.h>

#include "processor.h"

#define HASH_BYTES 32
/// Bytes that one permutation takes in. A message shorter than this costs a single permutation.
#define KECCAK_RATE 136
#define KECCAK_LANES 25
#define KECCAK_ROUNDS 24

static const uint64_t KECCAK_CONSTANTS[KECCAK_ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

#define PERMUTATION keccak_permute
#define LANES uint64_t
#define TARGET
#include "keccak-permutation.h"

// ---- one message ----

static inline void keccak_absorb(uint64_t *state, const uint8_t *block) {
  for (int i = 0; i < KECCAK_RATE / 8; i++) {
    uint64_t lane;
    __builtin_memcpy(&lane, block + 8 * i, sizeof lane);
    state[i] ^= lane;
  }
  keccak_permute(state, 1);
}

/// Fills a block that holds `length` bytes, fewer than `KECCAK_RATE`, up to its end.
static inline void keccak_pad(uint8_t *block, size_t length) {
  __builtin_memset(block + length, 0, KECCAK_RATE - length);
  block[length] ^= 0x01;
  block[KECCAK_RATE - 1] ^= 0x80;
}

static void keccak256(const uint8_t *bytes, size_t length, uint8_t *hash) {
  uint64_t state[KECCAK_LANES] = {0};
  for (; length >= KECCAK_RATE; bytes += KECCAK_RATE, length -= KECCAK_RATE) keccak_absorb(state, bytes);
  uint8_t last[KECCAK_RATE];
  __builtin_memcpy(last, bytes, length);
  keccak_pad(last, length);
  keccak_absorb(state, last);
  __builtin_memcpy(hash, state, HASH_BYTES);
}

// ---- several messages ----

/// Messages that are hashed together: registers of 256 bits hold a lane of each.
#define KECCAK_BATCH 4

#if defined(__x86_64__)
typedef uint64_t FourLanes __attribute__((vector_size(32), may_alias));
#define PERMUTATION keccak_permute_avx2
#define LANES FourLanes
#define TARGET __attribute__((target("avx2")))
#include "keccak-permutation.h"
// Rotations and chi are single instructions here.
#define PERMUTATION keccak_permute_avx512
#define LANES FourLanes
#define TARGET __attribute__((target("avx512f,avx512vl")))
#include "keccak-permutation.h"
#endif

#if defined(__x86_64__) || defined(__wasm_simd128__)
typedef uint64_t TwoLanes __attribute__((vector_size(16), may_alias));
#define PERMUTATION keccak_permute_two
#define LANES TwoLanes
#define TARGET
#include "keccak-permutation.h"
#endif

/// The states of a batch: lane i of each, then lane i + 1 of each.
typedef struct {
  uint64_t lanes[KECCAK_LANES][KECCAK_BATCH];
} __attribute__((aligned(32))) KeccakStates;

#if defined(__x86_64__)
/// Bits of the registers that batches use; 0 until somebody looks.
static int keccak_width;

static int widest_keccak(void) { return has_avx512vnni() ? 512 : has_avx2() ? 256 : 128; }
#endif

/// Permutes the first `count` states at least. (Measured on an AMD EPYC of 2024, in microseconds: one state 0.25, two
/// 0.38, four by AVX2 0.38 and by AVX-512 0.22; in WebAssembly one 0.26 and two 0.38.)
static void keccak_permute_batch(KeccakStates *states, uint32_t count) {
  uint64_t *lanes = states->lanes[0];
#if defined(__x86_64__)
  if (keccak_width == 0) keccak_width = widest_keccak();
  if (keccak_width == 512) return keccak_permute_avx512(lanes, KECCAK_BATCH);
  if (keccak_width == 256) return keccak_permute_avx2(lanes, KECCAK_BATCH);
#endif
#if defined(__x86_64__) || defined(__wasm_simd128__)
  for (uint32_t i = 0; i + 1 < count; i += 2) keccak_permute_two(lanes + i, KECCAK_BATCH);
  if (count % 2 == 1) keccak_permute(lanes + count - 1, KECCAK_BATCH);
#else
  for (uint32_t i = 0; i < count; i++) keccak_permute(lanes + i, KECCAK_BATCH);
#endif
}

/// Up to `KECCAK_BATCH` messages of the same length, below `KECCAK_RATE`.
typedef struct {
  uint8_t blocks[KECCAK_BATCH][KECCAK_RATE];
} KeccakBatch;

/// Writes the hashes of the first `count` messages one after the other. The messages are padded where they stand.
static void keccak256_batch(KeccakBatch *batch, uint32_t count, size_t length, uint8_t *hashes) {
  KeccakStates states = {{{0}}};
  for (uint32_t k = 0; k < count; k++) {
    const uint8_t *block = batch->blocks[k];
    keccak_pad(batch->blocks[k], length);
    for (uint32_t i = 0; i < KECCAK_RATE / 8; i++) __builtin_memcpy(&states.lanes[i][k], block + 8 * i, 8);
  }
  keccak_permute_batch(&states, count);
  for (uint32_t k = 0; k < count; k++, hashes += HASH_BYTES) {
    for (uint32_t i = 0; i < HASH_BYTES / 8; i++) __builtin_memcpy(hashes + 8 * i, &states.lanes[i][k], 8);
  }
}

#endif

// Keccak-256 as Ethereum has it: FIPS 202's sponge with a rate of 136 bytes, padded with 0x01 instead of 0x06.
#ifndef POAI_KECCAK_H
#define POAI_KECCAK_H

#include <stddef.h>
#include <stdint.h>

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

#define KECCAK_ROTATE(x, n) (((x) << (n)) | ((x) >> (64 - (n))))

/// A row of five lanes after theta, rho and pi goes through chi.
#define KECCAK_ROW(to, b0, b1, b2, b3, b4)                                                                    \
  do {                                                                                                        \
    const uint64_t c0 = (b0), c1 = (b1), c2 = (b2), c3 = (b3), c4 = (b4);                                     \
    (to)[0] = c0 ^ (~c1 & c2);                                                                                \
    (to)[1] = c1 ^ (~c2 & c3);                                                                                \
    (to)[2] = c2 ^ (~c3 & c4);                                                                                \
    (to)[3] = c3 ^ (~c4 & c0);                                                                                \
    (to)[4] = c4 ^ (~c0 & c1);                                                                                \
  } while (0)

/// One round from `a` to `b`: lane (x, y) stands at 5y + x.
static inline __attribute__((always_inline)) void keccak_round(const uint64_t *a, uint64_t *b, uint64_t constant) {
  const uint64_t p0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
  const uint64_t p1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
  const uint64_t p2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
  const uint64_t p3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
  const uint64_t p4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
  const uint64_t d0 = p4 ^ KECCAK_ROTATE(p1, 1);
  const uint64_t d1 = p0 ^ KECCAK_ROTATE(p2, 1);
  const uint64_t d2 = p1 ^ KECCAK_ROTATE(p3, 1);
  const uint64_t d3 = p2 ^ KECCAK_ROTATE(p4, 1);
  const uint64_t d4 = p3 ^ KECCAK_ROTATE(p0, 1);
  KECCAK_ROW(b, a[0] ^ d0, KECCAK_ROTATE(a[6] ^ d1, 44), KECCAK_ROTATE(a[12] ^ d2, 43), KECCAK_ROTATE(a[18] ^ d3, 21),
             KECCAK_ROTATE(a[24] ^ d4, 14));
  b[0] ^= constant;
  KECCAK_ROW(b + 5, KECCAK_ROTATE(a[3] ^ d3, 28), KECCAK_ROTATE(a[9] ^ d4, 20), KECCAK_ROTATE(a[10] ^ d0, 3),
             KECCAK_ROTATE(a[16] ^ d1, 45), KECCAK_ROTATE(a[22] ^ d2, 61));
  KECCAK_ROW(b + 10, KECCAK_ROTATE(a[1] ^ d1, 1), KECCAK_ROTATE(a[7] ^ d2, 6), KECCAK_ROTATE(a[13] ^ d3, 25),
             KECCAK_ROTATE(a[19] ^ d4, 8), KECCAK_ROTATE(a[20] ^ d0, 18));
  KECCAK_ROW(b + 15, KECCAK_ROTATE(a[4] ^ d4, 27), KECCAK_ROTATE(a[5] ^ d0, 36), KECCAK_ROTATE(a[11] ^ d1, 10),
             KECCAK_ROTATE(a[17] ^ d2, 15), KECCAK_ROTATE(a[23] ^ d3, 56));
  KECCAK_ROW(b + 20, KECCAK_ROTATE(a[2] ^ d2, 62), KECCAK_ROTATE(a[8] ^ d3, 55), KECCAK_ROTATE(a[14] ^ d4, 39),
             KECCAK_ROTATE(a[15] ^ d0, 41), KECCAK_ROTATE(a[21] ^ d1, 2));
}

/// Keccak-f[1600]. Two rounds a turn, so that the lanes go from one set of registers to the other and are never copied.
static __attribute__((noinline)) void keccak_permute(uint64_t *state) {
  uint64_t a[KECCAK_LANES], b[KECCAK_LANES];
  for (int i = 0; i < KECCAK_LANES; i++) a[i] = state[i];
  for (int round = 0; round < KECCAK_ROUNDS; round += 2) {
    keccak_round(a, b, KECCAK_CONSTANTS[round]);
    keccak_round(b, a, KECCAK_CONSTANTS[round + 1]);
  }
  for (int i = 0; i < KECCAK_LANES; i++) state[i] = a[i];
}

/// Takes one block of `KECCAK_RATE` bytes in. The processors that this runs on, and WebAssembly, are little-endian as
/// Keccak is.
static inline void keccak_absorb(uint64_t *state, const uint8_t *block) {
  for (int i = 0; i < KECCAK_RATE / 8; i++) {
    uint64_t lane;
    __builtin_memcpy(&lane, block + 8 * i, sizeof lane);
    state[i] ^= lane;
  }
  keccak_permute(state);
}

static void keccak256(const uint8_t *bytes, size_t length, uint8_t *hash) {
  uint64_t state[KECCAK_LANES] = {0};
  for (; length >= KECCAK_RATE; bytes += KECCAK_RATE, length -= KECCAK_RATE) keccak_absorb(state, bytes);
  uint8_t last[KECCAK_RATE] = {0};
  for (size_t i = 0; i < length; i++) last[i] = bytes[i];
  last[length] ^= 0x01;
  last[KECCAK_RATE - 1] ^= 0x80;
  keccak_absorb(state, last);
  __builtin_memcpy(hash, state, HASH_BYTES);
}

#endif

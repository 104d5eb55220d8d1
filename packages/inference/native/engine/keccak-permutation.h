// Keccak-f[1600], written once for every kind of lanes. Whoever includes it has defined PERMUTATION, the name of the
// function; LANES, 64-bit integers of as many states as are permuted together; and TARGET, the attribute of an
// instruction set, or nothing.

#define ROTATE(x, n) (((x) << (n)) | ((x) >> (64 - (n))))
#define PASTE(a, b) a##b
#define NAME(a, b) PASTE(a, b)

/// Chi, for a row of five lanes after theta, rho and pi.
#define ROW(to, b0, b1, b2, b3, b4)                                                                           \
  do {                                                                                                        \
    const LANES c0 = (b0), c1 = (b1), c2 = (b2), c3 = (b3), c4 = (b4);                                        \
    (to)[0] = c0 ^ (~c1 & c2);                                                                                \
    (to)[1] = c1 ^ (~c2 & c3);                                                                                \
    (to)[2] = c2 ^ (~c3 & c4);                                                                                \
    (to)[3] = c3 ^ (~c4 & c0);                                                                                \
    (to)[4] = c4 ^ (~c0 & c1);                                                                                \
  } while (0)

/// One round from `a` to `b`: lane (x, y) stands at 5y + x.
static inline __attribute__((always_inline)) void NAME(PERMUTATION, _round)(const LANES *a, LANES *b,
                                                                            uint64_t constant) {
  const LANES p0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
  const LANES p1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
  const LANES p2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
  const LANES p3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
  const LANES p4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
  const LANES d0 = p4 ^ ROTATE(p1, 1);
  const LANES d1 = p0 ^ ROTATE(p2, 1);
  const LANES d2 = p1 ^ ROTATE(p3, 1);
  const LANES d3 = p2 ^ ROTATE(p4, 1);
  const LANES d4 = p3 ^ ROTATE(p0, 1);
  ROW(b, a[0] ^ d0, ROTATE(a[6] ^ d1, 44), ROTATE(a[12] ^ d2, 43), ROTATE(a[18] ^ d3, 21), ROTATE(a[24] ^ d4, 14));
  b[0] ^= constant;
  ROW(b + 5, ROTATE(a[3] ^ d3, 28), ROTATE(a[9] ^ d4, 20), ROTATE(a[10] ^ d0, 3), ROTATE(a[16] ^ d1, 45),
      ROTATE(a[22] ^ d2, 61));
  ROW(b + 10, ROTATE(a[1] ^ d1, 1), ROTATE(a[7] ^ d2, 6), ROTATE(a[13] ^ d3, 25), ROTATE(a[19] ^ d4, 8),
      ROTATE(a[20] ^ d0, 18));
  ROW(b + 15, ROTATE(a[4] ^ d4, 27), ROTATE(a[5] ^ d0, 36), ROTATE(a[11] ^ d1, 10), ROTATE(a[17] ^ d2, 15),
      ROTATE(a[23] ^ d3, 56));
  ROW(b + 20, ROTATE(a[2] ^ d2, 62), ROTATE(a[8] ^ d3, 55), ROTATE(a[14] ^ d4, 39), ROTATE(a[15] ^ d0, 41),
      ROTATE(a[21] ^ d1, 2));
}

/// Lane i of the states stands at `states[i * stride]`. Two rounds a turn, so that the lanes go from one set of
/// registers to the other and are never copied.
TARGET static __attribute__((noinline)) void PERMUTATION(uint64_t *states, uint32_t stride) {
  LANES a[KECCAK_LANES], b[KECCAK_LANES];
  for (uint32_t i = 0; i < KECCAK_LANES; i++) a[i] = *(const LANES *)(states + i * stride);
  for (uint32_t round = 0; round < KECCAK_ROUNDS; round += 2) {
    NAME(PERMUTATION, _round)(a, b, KECCAK_CONSTANTS[round]);
    NAME(PERMUTATION, _round)(b, a, KECCAK_CONSTANTS[round + 1]);
  }
  for (uint32_t i = 0; i < KECCAK_LANES; i++) *(LANES *)(states + i * stride) = a[i];
}

#undef ROTATE
#undef PASTE
#undef NAME
#undef ROW
#undef PERMUTATION
#undef LANES
#undef TARGET

// The loss of docs/PROTOCOL.md, "The loss", in integers of 64 bits: one unit is 2^-48 nats, and everything rounds down.
#ifndef POAI_LOSS_H
#define POAI_LOSS_H

#include <stdint.h>

#define NAT_BITS 48
#define ONE_NAT (1ull << NAT_BITS)
/// What one token can cost at most, in nats.
#define MAX_TOKEN_NATS 256
/// floor(ln 2 * 2^48).
#define LN_2 195103586505167ull
#define LN_TERMS 16
#define MICRO_NATS 1000000u

#define BINARY32_ONE 0x3f800000u
#define SIGNIFICAND_BITS 23

/// floor(a * b / 2^48), for a below 2^49 and b below 2^50: in halves of 24 bits no sum leaves 64 bits.
static inline uint64_t multiply_nats(uint64_t a, uint64_t b) {
  const uint64_t half = NAT_BITS / 2, low = (1ull << half) - 1;
  const uint64_t middle = (a >> half) * (b & low) + (a & low) * (b >> half) + ((a & low) * (b & low) >> half);
  return (a >> half) * (b >> half) + (middle >> half);
}

/// ln(x) in units, of a finite binary32 x >= 1: e * ln 2 + 2 * atanh(z), z = (m - 1) / (m + 1), by Horner's rule.
static uint64_t natural_logarithm(uint32_t bits) {
  const uint64_t exponent = (bits >> SIGNIFICAND_BITS) - 127;
  const uint64_t above = bits & ((1u << SIGNIFICAND_BITS) - 1), divisor = above + (2u << SIGNIFICAND_BITS);
  // above * 2^48 / divisor, by 24 bits at a time.
  const uint64_t upper = (above << 24) / divisor, rest = (above << 24) % divisor;
  const uint64_t z = upper << 24 | (rest << 24) / divisor;
  const uint64_t y = multiply_nats(z, z);
  uint64_t sum = 0;
  for (uint32_t k = LN_TERMS; k-- > 0;) sum = ONE_NAT / (2 * k + 1) + multiply_nats(sum, y);
  return exponent * LN_2 + multiply_nats(2 * z, sum);
}

/// floor(x * 2^48) = whole * 2^48 + part, 0 <= part < 2^48.
typedef struct {
  int64_t whole, part;
} Nats;

/// From this magnitude on (2^33), different numbers are 512 or more apart: more than a token may cost.
#define HUGE_EXPONENT (127 + 33)

static inline int is_huge(uint32_t bits) { return (bits >> SIGNIFICAND_BITS & 0xff) >= HUGE_EXPONENT; }

/// Of a binary32 below 2^33 in magnitude. Shifts of negative numbers round down, as they do with every compiler that
/// this is for.
static Nats nats_of(uint32_t bits) {
  const int32_t field = (int32_t)(bits >> SIGNIFICAND_BITS & 0xff);
  const int64_t fraction = bits & ((1u << SIGNIFICAND_BITS) - 1);
  const int64_t magnitude = field == 0 ? fraction : fraction | 1 << SIGNIFICAND_BITS;
  const int64_t significand = bits >> 31 == 0 ? magnitude : -magnitude;
  const int32_t exponent = (field == 0 ? 1 : field) - 127 - SIGNIFICAND_BITS, shift = NAT_BITS + exponent;
  if (exponent >= 0) return (Nats){significand * (1ll << exponent), 0};
  if (shift > 63 - SIGNIFICAND_BITS - 1) {
    const int64_t whole = significand >> -exponent;
    return (Nats){whole, (significand - whole * (1ll << -exponent)) * (1ll << shift)};
  }
  // All units fit into 64 bits. A shift by 32 to the right leaves nothing but the sign.
  const int64_t units = shift >= 0 ? significand * (1ll << shift) : significand >> (shift < -32 ? 32 : -shift);
  return (Nats){units >> NAT_BITS, units & (int64_t)(ONE_NAT - 1)};
}

/// -ln of the probability of one answer token, in units, of a finite and consistent evaluation.
static uint64_t token_loss(uint32_t answer, uint32_t maximum, uint32_t total_weight) {
  const uint64_t most = MAX_TOKEN_NATS * ONE_NAT, base = natural_logarithm(total_weight);
  if (answer == maximum) return base;
  if (is_huge(answer) || is_huge(maximum)) return most;
  const Nats high = nats_of(maximum), low = nats_of(answer);
  if (high.whole - low.whole > MAX_TOKEN_NATS) return most;
  const uint64_t loss = base + (uint64_t)((high.whole - low.whole) * (int64_t)ONE_NAT + high.part - low.part);
  return loss < most ? loss : most;
}

/// A sum of token losses: 256 of them, at 256 nats, would not fit into 64 bits of units.
typedef struct {
  uint64_t whole, part;
} LossSum;

static inline void add_loss(LossSum *sum, uint64_t loss) {
  const uint64_t part = sum->part + loss % ONE_NAT;
  sum->whole += loss / ONE_NAT + part / ONE_NAT;
  sum->part = part % ONE_NAT;
}

/// In micro-nats, rounded half up: floor((2 * 10^6 * S + n * 2^48) / (2 * n * 2^48)).
static uint64_t mean_loss(const LossSum *sum, uint32_t count) {
  const uint64_t doubled = 2 * MICRO_NATS * sum->whole + multiply_nats(2 * MICRO_NATS, sum->part);
  return (doubled + count) / (2 * count);
}

#endif

// Numbers as bytes and bits, and the functions that tables are made with: each computes in binary64 with exactly
// rounded operations and rounds once, so that every compiler and processor gives the same bits.
#ifndef POAI_NUMBERS_H
#define POAI_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t float_bits(float x) { uint32_t u; __builtin_memcpy(&u, &x, sizeof u); return u; }
INLINE float bits_float(uint32_t u) { float x; __builtin_memcpy(&x, &u, sizeof x); return x; }
INLINE uint64_t double_bits(double x) { uint64_t u; __builtin_memcpy(&u, &x, sizeof u); return u; }
INLINE double bits_double(uint64_t u) { double x; __builtin_memcpy(&x, &u, sizeof x); return x; }
INLINE uint16_t read_u16(const void *from) { uint16_t u; __builtin_memcpy(&u, from, sizeof u); return u; }
INLINE uint32_t read_u32(const void *from) { uint32_t u; __builtin_memcpy(&u, from, sizeof u); return u; }
INLINE uint64_t read_u64(const void *from) { uint64_t u; __builtin_memcpy(&u, from, sizeof u); return u; }

#define INFINITY_BITS 0x7f800000u
INLINE int is_finite_float(float x) { return (float_bits(x) & INFINITY_BITS) != INFINITY_BITS; }

/// A number as it is reported: one zero, one NaN.
INLINE uint32_t word_of(float x) {
  const uint32_t u = float_bits(x);
  if (u == 0x80000000u) return 0;
  return (u & 0x7fffffffu) > INFINITY_BITS ? 0x7fc00000u : u;
}

/// binary16 to binary32: exact.
static float half_to_float(uint16_t half) {
  const uint32_t magnitude = half & 0x7fffu;
  const uint32_t bits = (magnitude << 13) + (112u << 23) + (magnitude >= 0x7c00u ? 112u << 23 : 0u);
  const float positive = magnitude < 0x400u ? (float) (int32_t) magnitude * 0x1p-24f : bits_float(bits);
  return half & 0x8000u ? -positive : positive;
}

/// The nearest binary16 of x, ties to even, as a binary32.
static float round_to_half(float x) {
  const uint32_t u = float_bits(x), magnitude = u & 0x7fffffffu, sign = u ^ magnitude;
  if (magnitude > INFINITY_BITS) return x;
  if (magnitude >= 0x477ff000u) return bits_float(sign | INFINITY_BITS);
  if (magnitude < 0x38800000u) return bits_float(sign | float_bits((bits_float(magnitude) + 0.5f) - 0.5f));
  return bits_float(sign | ((magnitude + 0xfffu + ((magnitude >> 13) & 1u)) & ~0x1fffu));
}

#define LN2_HI 0x1.62e42fee00000p-1   // 32 bits: exact when multiplied by an exponent
#define LN2_LO 0x1.a39ef35793c76p-33
#define LOG2_E 0x1.71547652b82fep+0
#define ROUND_DOUBLE 0x1.8p52         // adding and subtracting it rounds to an integer, halves to even

/// e^x for |x| <= 200: Taylor's series to r^11 on |r| <= ln 2 / 2.
static double exp_wide(double x) {
  static const double factorials[] = { 39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1 };
  const double n = (x * LOG2_E + ROUND_DOUBLE) - ROUND_DOUBLE;
  const double r = (x - n * LN2_HI) - n * LN2_LO;
  double p = 1.0 / factorials[0];
  for (int i = 1; i < 12; i++) p = p * r + 1.0 / factorials[i];
  return p * bits_double((uint64_t) ((int64_t) n + 1023) << 52);
}

/// ln x of a positive normal number: x = m 2^e with m between sqrt(1/2) and sqrt(2), ln m = 2 artanh((m - 1) / (m +
/// 1)).
static double log_wide(double x) {
  const uint64_t u = double_bits(x);
  double e = (double) ((int64_t) (u >> 52) - 1023);
  double m = bits_double((u & 0x000fffffffffffffu) | 0x3ff0000000000000u);
  if (m > 0x1.6a09e667f3bcdp+0) { m = m * 0.5; e = e + 1; }
  const double s = (m - 1.0) / (m + 1.0), z = s * s;
  double p = 1.0 / 19;
  for (int i = 17; i > 1; i -= 2) p = p * z + 1.0 / i;
  return e * LN2_HI + (e * LN2_LO + (2.0 * s + 2.0 * s * (z * p)));
}

/// base^exponent for a positive normal base.
static float power(float base, float exponent) {
  const double e = (double) exponent * log_wide((double) base);
  return e > 89.0 ? bits_float(INFINITY_BITS) : e < -104.0 ? 0.0f : (float) exp_wide(e);
}

static double sine_near_zero(double r) {
  const double z = r * r;
  double p = 1.0 / 6227020800;
  p = p * z - 1.0 / 39916800;
  p = p * z + 1.0 / 362880;
  p = p * z - 1.0 / 5040;
  p = p * z + 1.0 / 120;
  p = p * z - 1.0 / 6;
  return r + r * (z * p);
}

static double cosine_near_zero(double r) {
  const double z = r * r;
  double p = -1.0 / 87178291200;
  p = p * z + 1.0 / 479001600;
  p = p * z - 1.0 / 3628800;
  p = p * z + 1.0 / 40320;
  p = p * z - 1.0 / 720;
  p = p * z + 1.0 / 24;
  p = p * z - 0.5;
  return 1.0 + z * p;
}

/// sin(quadrant pi / 2 + r), of which s and c are the sine and cosine of r.
static float sine_in(uint32_t quadrant, double s, double c) {
  const double v = quadrant & 1 ? c : s;
  return (float) (quadrant & 2 ? -v : v);
}

/// Sine and cosine of an angle from 0 to 2^20: the positions of any context.
static void sine_and_cosine(float angle, float *sine, float *cosine) {
  const double n = ((double) angle * 0x1.45f306dc9c883p-1 + ROUND_DOUBLE) - ROUND_DOUBLE;
  // 33 bits times 20 are exact, and so is the difference.
  const double r = ((double) angle - n * 0x1.921fb544p+0) - n * 0x1.0b4611a626331p-34;
  const uint32_t quadrant = (uint32_t) (int32_t) n;
  const double s = sine_near_zero(r), c = cosine_near_zero(r);
  *sine = angle == 0.0f ? 0.0f : sine_in(quadrant, s, c);
  *cosine = sine_in(quadrant + 1, s, c);
}

#endif

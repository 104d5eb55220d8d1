// The functions of docs/PROTOCOL.md, "Arithmetic of portable-1", written from the text, each with the mistakes that are made in it. Only what
// tables are made with (sin, cos, pow) is the engine's own code.
#ifndef POAI_FUNCTIONS_H
#define POAI_FUNCTIONS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "mistakes.h"
#include "numbers.h"

// ---- exp ----

static float two_to(int n) { return bits_float((uint32_t) (n + 127) << 23); }

static float plain_exp(float x) {
  if (IS(CLAMP_BELOW) && x < -87.33655f) return 0.0f;
  const float highest = IS(CLAMP_ABOVE) ? 88.0f : 89.0f;
  x = x < -104.0f ? -104.0f : x > highest ? highest : x;
  const float t = IS(FUSED_EXP) ? fmaf(x, 0x1.715476p+0f, 0x1.8p23f) : x * 0x1.715476p+0f + 0x1.8p23f;
  const float n = t - 0x1.8p23f;
  const float r = IS(FUSED_R) || IS(FUSED_EXP) ? fmaf(-n, -0x1.bd0106p-13f, fmaf(-n, 0x1.63p-1f, x))
                                               : (x - n * 0x1.63p-1f) - n * -0x1.bd0106p-13f;
  static const float c[] = { 0x1.123a2p-7f, 0x1.5558f2p-5f, 0x1.555492p-3f, 0x1.fffffcp-2f };
  const int fused = IS(FUSED_Q) || IS(FUSED_EXP);
  float q = 0x1.6a23cep-10f;
  for (int i = 0; i < 4; i++) q = fused ? fmaf(q, r, c[i]) : q * r + c[i];
  const float p = 1.0f + (IS(FUSED_EXP) ? fmaf(r * r, q, r) : r + (r * r) * q);
  const int e = (int) n, h = e >> 1;
  return (p * two_to(h)) * two_to(e - h);
}

static float exp_of_libm(float x) { return expf(x); }
static float exp_exact(float x) { return (float) exp((double) x); }
#define EXP_AT(place, x) (IS(place##_LIBM) ? exp_of_libm(x) : IS(place##_EXACT) ? exp_exact(x) : plain_exp(x))

static float silu(float u) { return u / (1.0f + EXP_AT(SILU, -u)); }

// ---- tables ----

static float plain_pow(float base, float exponent) { return IS(POW_LIBM) ? powf(base, exponent) : power(base, exponent); }

static void angle(float theta, float *s, float *c) {
  if (IS(ANGLES_LIBM)) { *s = sinf(theta); *c = cosf(theta); }
  else sine_and_cosine(theta, s, c);
}

/// The next angle of a position: a product after the other, or each by itself.
static float next_angle(float theta, float step, float position, float base, int j, int rotary) {
  return IS(ANGLES_APART) ? position * plain_pow(base, -2.0f * (float) (j + 1) / (float) rotary) : theta * step;
}

// ---- binary16 ----

static float plain_half(float x) {
  if (IS(HALF_TRUNCATED) && fabsf(x) >= 0x1p-14f && fabsf(x) < 65504.0f) return bits_float(float_bits(x) & ~0x1fffu);
  if (IS(HALF_FLUSHED) && fabsf(x) < 0x1p-14f) return 0.0f * x;
  return round_to_half(x);
}

// ---- sums ----

static float sum_of_lanes(const float *v) {
  if (IS(LANE_ORDER)) { float s = v[0]; for (int l = 1; l < 8; l++) s = s + v[l]; return s; }
  if (IS(LANE_TREE)) return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/// Eight lanes, each computed by itself.
typedef float Lanes8 __attribute__((vector_size(32), aligned(4)));

static float plain_dot(const float *a, const float *b, size_t count) {
  Lanes8 v = { 0 };
  size_t i = 0;
  for (; i + 8 <= count && !IS(FUSED_PRODUCTS); i += 8) v = v + *(const Lanes8 *) (a + i) * *(const Lanes8 *) (b + i);
  for (; i < count; i++) v[i % 8] = IS(FUSED_PRODUCTS) ? fmaf(a[i], b[i], v[i % 8]) : v[i % 8] + a[i] * b[i];
  return sum_of_lanes((float *) &v);
}

// ---- blocks ----

/// 32 integers, lane by lane: the four of lane l stand at part[0..3][l]. As numbers, since sums of their products are below 2^24 and so exact.
typedef struct { Lanes8 part[4]; float scale; } PlainBlock;

static void put_integers(PlainBlock *to, const int8_t *k) {
  for (int l = 0; l < 8; l++) {
    const int at[4] = { 2 * l, 2 * l + 1, 16 + 2 * l, 17 + 2 * l };
    for (int i = 0; i < 4; i++) to->part[i][l] = k[IS(BLOCK_LANES) ? 4 * l + i : at[i]];
  }
}

static void quantise(const float *x, float *scale, int8_t *k) {
  float m = 0;
  for (int i = 0; i < 32; i++) if (fabsf(x[i]) > m) m = fabsf(x[i]);
  const float limit = IS(SUBNORMAL_LIMIT) ? 0x1p-126f : 0x1p-100f;
  if (IS(QUANTISER_WIDE)) {
    const double d = m < limit ? 0 : (double) m / 127, e = d == 0 ? 0 : 1 / d;
    *scale = plain_half((float) d);
    for (int i = 0; i < 32; i++) k[i] = (int8_t) rint(x[i] * e);
    return;
  }
  const float d = m < limit ? 0.0f : m / 127.0f;
  const float used = IS(QUANTISER_HALF_SCALE) ? plain_half(d) : d, e = used == 0.0f ? 0.0f : 1.0f / used;
  *scale = plain_half(d);
  for (int i = 0; i < 32; i++)
    k[i] = IS(QUANTISER_AWAY) ? (int8_t) roundf(x[i] * e) : (int8_t) float_bits(x[i] * e + 0x1.8p23f);
}

static float dot_blocks(const PlainBlock *w, const PlainBlock *x, uint32_t blocks) {
  Lanes8 v = { 0 };
  for (uint32_t b = 0; b < blocks; b++) {
    const float s = w[b].scale, t = x[b].scale, st = s * t;
    const Lanes8 f = (w[b].part[0] * x[b].part[0] + w[b].part[1] * x[b].part[1]) +
        (w[b].part[2] * x[b].part[2] + w[b].part[3] * x[b].part[3]);
    if (IS(SCALE_ORDER)) v = v + (f * s) * t;
    else if (IS(FUSED_PRODUCTS)) for (int l = 0; l < 8; l++) v[l] = fmaf(f[l], st, v[l]);
    else v = v + f * st;
  }
  return sum_of_lanes((float *) &v);
}

// ---- vectors ----

static void plain_norm(const float *x, const float *weights, float epsilon, uint32_t width, float *y) {
  float v[8] = { 0 };
  for (uint32_t i = 0; i < width; i++) v[i % 8] = IS(FUSED_NORM) ? fmaf(x[i], x[i], v[i % 8]) : v[i % 8] + x[i] * x[i];
  const float mean = (float) ((double) sum_of_lanes(v) / (double) width);
  const float scale = 1.0f / sqrtf(mean + epsilon);
  for (uint32_t i = 0; i < width; i++) y[i] = (x[i] * scale) * weights[i];
}

static void rotate_pair(float *pair, float s, float c) {
  const float x = pair[0], y = pair[1];
  pair[0] = IS(FUSED_ROTATION) ? fmaf(x, c, -(y * s)) : x * c - y * s;
  pair[1] = IS(FUSED_ROTATION) ? fmaf(x, s, y * c) : x * s + y * c;
}

/// Scores, of which the last ones are masked, become weights.
static void plain_softmax(float *z, size_t cells) {
  float largest = -INFINITY, v[8] = { 0 };
  for (size_t i = 0; i < cells; i++) if (z[i] > largest) largest = z[i];
  for (size_t i = 0; i < cells; i++) { z[i] = EXP_AT(SOFTMAX, z[i] - largest); v[i % 8] = v[i % 8] + z[i]; }
  const float inverse = (float) (1.0 / (double) sum_of_lanes(v));
  for (size_t i = 0; i < cells; i++) z[i] = z[i] * inverse;
}

static void summarise(const float *logits, uint32_t count, float *maximum, float *weight, uint32_t *best) {
  *best = 0;
  for (uint32_t i = 1; i < count; i++)
    if (IS(ARG_MAX_LAST) ? logits[i] >= logits[*best] : logits[i] > logits[*best]) *best = i;
  *maximum = logits[*best];
  float sum = 0, v[8] = { 0 };
  for (uint32_t i = 0; i < count; i++) {
    const float e = EXP_AT(WEIGHT, logits[i] - *maximum);
    sum = sum + e;
    v[i % 8] = v[i % 8] + e;
  }
  *weight = IS(WEIGHT_LANES) ? sum_of_lanes(v) : sum;
}

/// A number as words report it.
static uint32_t plain_word(float x) { return IS(MINUS_ZERO) ? float_bits(x) : word_of(x); }

#endif

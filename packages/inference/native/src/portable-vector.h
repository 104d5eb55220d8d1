// Eight lanes of binary32 or int32, in the vector extensions of GCC and Clang: the compiler lowers them to what the target
// has (one AVX2 register, two of SSE2, NEON or WebAssembly) without changing a bit, since every operation is one
// IEEE operation per lane and contraction is off.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

#define POAI_INLINE static inline __attribute__((always_inline))

namespace poai {

typedef float f32x4 __attribute__((vector_size(16)));
typedef float f32x8 __attribute__((vector_size(32)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef uint16_t u16x8 __attribute__((vector_size(16)));
typedef int16_t i16x8 __attribute__((vector_size(16)));
#if defined(__AVX2__)
typedef int16_t i16x16 __attribute__((vector_size(32)));
#else
/// In halves by hand: GCC takes a vector of two registers apart lane by lane.
struct i16x16 { i16x8 low, high; };
#endif
typedef int8_t i8x8 __attribute__((vector_size(8)));
typedef int8_t i8x16 __attribute__((vector_size(16)));

template <typename Vector> POAI_INLINE Vector load(const void * from) {
    Vector v;
    memcpy(&v, from, sizeof v);
    return v;
}
template <typename Vector> POAI_INLINE void store(void * to, Vector v) { memcpy(to, &v, sizeof v); }

POAI_INLINE f32x8 splat(float x) { return f32x8{ x, x, x, x, x, x, x, x }; }

POAI_INLINE f32x8 select(i32x8 mask, f32x8 yes, f32x8 no) {
#if defined(__AVX2__)
    return (f32x8) _mm256_blendv_ps((__m256) no, (__m256) yes, (__m256) mask);
#else
    return (f32x8) ((mask & (i32x8) yes) | (~mask & (i32x8) no));
#endif
}

POAI_INLINE f32x4 low(f32x8 v) { return __builtin_shufflevector(v, v, 0, 1, 2, 3); }
POAI_INLINE f32x4 high(f32x8 v) { return __builtin_shufflevector(v, v, 4, 5, 6, 7); }

/// ((v0 + v4) + (v2 + v6)) + ((v1 + v5) + (v3 + v7)): the one order in which lanes are summed.
POAI_INLINE float sum_lanes(f32x8 v) {
    const f32x4 w = low(v) + high(v);
    return (w[0] + w[2]) + (w[1] + w[3]);
}

/// The smallest vector that holds `count` < 8 floats, the rest +0.
POAI_INLINE f32x8 load_part(const float * from, int count) {
    float padded[8] = { 0, 0, 0, 0, 0, 0, 0, 0 };
    for (int i = 0; i < count; i++) padded[i] = from[i];
    return load<f32x8>(padded);
}

/// The eight lanes of a sum. Where a register holds four, they are two by hand: GCC keeps such structures in registers, and takes
/// vectors of twice the register apart in memory.
#if defined(__AVX2__)
typedef f32x8 lanes;
typedef i32x8 int_lanes;

POAI_INLINE lanes no_lanes() { return splat(0.0f); }
POAI_INLINE lanes load_lanes(const float * from) { return load<f32x8>(from); }
POAI_INLINE lanes lanes_of(f32x8 v) { return v; }
POAI_INLINE lanes add_product(lanes sum, lanes a, lanes b) { return sum + a * b; }
POAI_INLINE lanes add_scaled(lanes sum, int_lanes dot, float scale) {
    return sum + __builtin_convertvector(dot, f32x8) * splat(scale);
}
POAI_INLINE int_lanes add(int_lanes a, int_lanes b) { return a + b; }
POAI_INLINE f32x4 fold(lanes v) { return low(v) + high(v); }
#else
struct lanes { f32x4 low, high; };
struct int_lanes { i32x4 low, high; };

POAI_INLINE lanes no_lanes() { return { f32x4{ 0, 0, 0, 0 }, f32x4{ 0, 0, 0, 0 } }; }
POAI_INLINE lanes load_lanes(const float * from) { return { load<f32x4>(from), load<f32x4>(from + 4) }; }
POAI_INLINE lanes lanes_of(f32x8 v) { return { low(v), high(v) }; }
POAI_INLINE lanes add_product(lanes sum, lanes a, lanes b) {
    return { sum.low + a.low * b.low, sum.high + a.high * b.high };
}
POAI_INLINE lanes add_scaled(lanes sum, int_lanes dot, float scale) {
    const f32x4 scales = { scale, scale, scale, scale };
    return { sum.low + __builtin_convertvector(dot.low, f32x4) * scales,
             sum.high + __builtin_convertvector(dot.high, f32x4) * scales };
}
POAI_INLINE int_lanes add(int_lanes a, int_lanes b) { return { a.low + b.low, a.high + b.high }; }
POAI_INLINE f32x4 fold(lanes v) { return v.low + v.high; }
#endif

/// `sum_lanes` of four sums at once.
POAI_INLINE f32x4 sum_lanes(lanes a, lanes b, lanes c, lanes d) {
    const f32x4 wa = fold(a), wb = fold(b), wc = fold(c), wd = fold(d);
    const f32x4 ab = __builtin_shufflevector(wa, wb, 0, 1, 4, 5) + __builtin_shufflevector(wa, wb, 2, 3, 6, 7);
    const f32x4 cd = __builtin_shufflevector(wc, wd, 0, 1, 4, 5) + __builtin_shufflevector(wc, wd, 2, 3, 6, 7);
    return __builtin_shufflevector(ab, cd, 0, 2, 4, 6) + __builtin_shufflevector(ab, cd, 1, 3, 5, 7);
}

/// Four lanes: a[2i] b[2i] + a[2i + 1] b[2i + 1], exact.
#if !defined(__AVX2__)
POAI_INLINE i32x4 dot_pairs(i16x8 a, i16x8 b) {
#if defined(__SSE2__)
    return (i32x4) _mm_madd_epi16((__m128i) a, (__m128i) b);
#elif defined(__ARM_NEON)
    return (i32x4) vpaddq_s32(vmull_s16(vget_low_s16((int16x8_t) a), vget_low_s16((int16x8_t) b)),
                              vmull_high_s16((int16x8_t) a, (int16x8_t) b));
#elif defined(__wasm_simd128__)
    return (i32x4) wasm_i32x4_dot_i16x8((v128_t) a, (v128_t) b);
#else
    i32x4 r;
    for (int i = 0; i < 4; i++) r[i] = (int32_t) a[2 * i] * b[2 * i] + (int32_t) a[2 * i + 1] * b[2 * i + 1];
    return r;
#endif
}
#endif

/// The same in eight lanes.
POAI_INLINE int_lanes dot_pairs(i16x16 a, i16x16 b) {
#if defined(__AVX2__)
    return (int_lanes) _mm256_madd_epi16((__m256i) a, (__m256i) b);
#else
    return { dot_pairs(a.low, b.low), dot_pairs(a.high, b.high) };
#endif
}

POAI_INLINE i16x16 widen(i8x16 v) {
#if defined(__AVX2__)
    return (i16x16) _mm256_cvtepi8_epi16((__m128i) v);
#elif defined(__SSE2__)
    // Each byte into the upper half of its lane, then down with its sign.
    return { (i16x8) _mm_srai_epi16(_mm_unpacklo_epi8((__m128i) v, (__m128i) v), 8),
             (i16x8) _mm_srai_epi16(_mm_unpackhi_epi8((__m128i) v, (__m128i) v), 8) };
#else
    return { __builtin_convertvector(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7), i16x8),
             __builtin_convertvector(__builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15), i16x8) };
#endif
}

/// Eight halves as floats: exact. Infinities stay; of NaN only that it is one.
POAI_INLINE f32x8 halves_to_floats(const uint16_t * from) {
#if defined(__F16C__) && defined(__AVX2__)
    return (f32x8) _mm256_cvtph_ps((__m128i) load<u16x8>(from));
#elif defined(__ARM_NEON) && defined(__aarch64__)
    const float16x8_t h = (float16x8_t) load<u16x8>(from);
    return __builtin_shufflevector((f32x4) vcvt_f32_f16(vget_low_f16(h)), (f32x4) vcvt_high_f32_f16(h), 0, 1, 2, 3, 4, 5, 6, 7);
#else
    const u32x8 h = __builtin_convertvector(load<u16x8>(from), u32x8);
    const u32x8 magnitude = h & 0x7fffu;
    const u32x8 special = (u32x8) (magnitude >= 0x7c00u) & (112u << 23);
    const f32x8 normal = (f32x8) ((magnitude << 13) + (112u << 23) + special);
    const f32x8 small = __builtin_convertvector((i32x8) magnitude, f32x8) * 0x1p-24f;
    const f32x8 positive = select((i32x8) (magnitude < 0x400u), small, normal);
    return (f32x8) ((u32x8) positive | ((h & 0x8000u) << 16));
#endif
}

/// One half, the same way.
POAI_INLINE float half_to_float(uint16_t half) {
#if defined(__F16C__)
    return _cvtsh_ss(half);
#else
    const uint32_t magnitude = half & 0x7fffu;
    const uint32_t bits = (magnitude << 13) + (112u << 23) + (magnitude >= 0x7c00u ? 112u << 23 : 0u);
    float normal;
    memcpy(&normal, &bits, sizeof normal);
    const float positive = magnitude < 0x400u ? (float) (int32_t) magnitude * 0x1p-24f : normal;
    return half & 0x8000u ? -positive : positive;
#endif
}

/// Eight floats as halves, to the nearest, ties to even.
POAI_INLINE u16x8 floats_to_halves(f32x8 v) {
#if defined(__F16C__) && defined(__AVX2__)
    return (u16x8) _mm256_cvtps_ph((__m256) v, _MM_FROUND_TO_NEAREST_INT);
#else
    const u32x8 u = (u32x8) v, sign = (u >> 16) & 0x8000u, magnitude = u & 0x7fffffffu;
    const u32x8 rounded = (magnitude + 0xfffu + ((magnitude >> 13) & 1u) - (112u << 23)) >> 13;
    const u32x8 small = (u32x8) ((f32x8) magnitude + 0.5f) - 0x3f000000u;
    const u32x8 is_small = (u32x8) (magnitude < 0x38800000u), is_large = (u32x8) (magnitude >= 0x47800000u);
    const u32x8 is_nan = (u32x8) (magnitude > 0x7f800000u);
    const u32x8 finite = (small & is_small) | (rounded & ~is_small);
    const u32x8 half = (finite & ~is_large) | ((0x7c00u | (is_nan & 0x200u)) & is_large);
    return __builtin_convertvector(sign | half, u16x8);
#endif
}

/// e^x, within one unit in the last place: x = n ln 2 + r, then 1 + (r + r^2 q(r)) with q of degree 4 (minimax, own fit;
/// error of the polynomial 0.05 units), then two exact scalings, of which the second rounds only into the subnormals.
POAI_INLINE f32x8 exp_lanes(f32x8 x) {
    x = select((i32x8) (x < -104.0f), splat(-104.0f), x);
    x = select((i32x8) (x > 89.0f), splat(89.0f), x);
    const f32x8 shifted = x * 0x1.715476p+0f + 0x1.8p23f;
    const f32x8 n = shifted - 0x1.8p23f;
    const f32x8 r = (x - n * 0x1.63p-1f) - n * -0x1.bd0106p-13f;
    f32x8 q = r * 0x1.6a23cep-10f + 0x1.123a2p-7f;
    q = q * r + 0x1.5558f2p-5f;
    q = q * r + 0x1.555492p-3f;
    q = q * r + 0x1.fffffcp-2f;
    const f32x8 p = 1.0f + (r + (r * r) * q);
    const i32x8 exponent = (i32x8) shifted - 0x4b400000;
    const i32x8 half = exponent >> 1;
    return (p * (f32x8) ((half + 127) << 23)) * (f32x8) ((exponent - half + 127) << 23);
}

}  // namespace poai

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
typedef int16_t i16x16 __attribute__((vector_size(32)));
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

/// `sum_lanes` of four vectors at once.
POAI_INLINE f32x4 sum_lanes(f32x8 a, f32x8 b, f32x8 c, f32x8 d) {
    const f32x4 wa = low(a) + high(a), wb = low(b) + high(b), wc = low(c) + high(c), wd = low(d) + high(d);
    const f32x4 ab = __builtin_shufflevector(wa, wb, 0, 1, 4, 5) + __builtin_shufflevector(wa, wb, 2, 3, 6, 7);
    const f32x4 cd = __builtin_shufflevector(wc, wd, 0, 1, 4, 5) + __builtin_shufflevector(wc, wd, 2, 3, 6, 7);
    return __builtin_shufflevector(ab, cd, 0, 2, 4, 6) + __builtin_shufflevector(ab, cd, 1, 3, 5, 7);
}

/// The smallest vector that holds `count` < 8 floats, the rest +0.
POAI_INLINE f32x8 load_part(const float * from, int count) {
    float padded[8] = { 0, 0, 0, 0, 0, 0, 0, 0 };
    for (int i = 0; i < count; i++) padded[i] = from[i];
    return load<f32x8>(padded);
}

/// Lane i: a[2i] b[2i] + a[2i + 1] b[2i + 1], exact.
POAI_INLINE i32x8 dot_pairs(i16x16 a, i16x16 b) {
#if defined(__AVX2__)
    return (i32x8) _mm256_madd_epi16((__m256i) a, (__m256i) b);
#else
    const i16x8 a0 = __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7);
    const i16x8 a1 = __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15);
    const i16x8 b0 = __builtin_shufflevector(b, b, 0, 1, 2, 3, 4, 5, 6, 7);
    const i16x8 b1 = __builtin_shufflevector(b, b, 8, 9, 10, 11, 12, 13, 14, 15);
#if defined(__SSE2__)
    const i32x4 r0 = (i32x4) _mm_madd_epi16((__m128i) a0, (__m128i) b0);
    const i32x4 r1 = (i32x4) _mm_madd_epi16((__m128i) a1, (__m128i) b1);
#elif defined(__ARM_NEON)
    const i32x4 r0 = (i32x4) vpaddq_s32(vmull_s16(vget_low_s16((int16x8_t) a0), vget_low_s16((int16x8_t) b0)),
                                        vmull_high_s16((int16x8_t) a0, (int16x8_t) b0));
    const i32x4 r1 = (i32x4) vpaddq_s32(vmull_s16(vget_low_s16((int16x8_t) a1), vget_low_s16((int16x8_t) b1)),
                                        vmull_high_s16((int16x8_t) a1, (int16x8_t) b1));
#elif defined(__wasm_simd128__)
    const i32x4 r0 = (i32x4) wasm_i32x4_dot_i16x8((v128_t) a0, (v128_t) b0);
    const i32x4 r1 = (i32x4) wasm_i32x4_dot_i16x8((v128_t) a1, (v128_t) b1);
#else
    i32x4 r0, r1;
    for (int i = 0; i < 4; i++) {
        r0[i] = (int32_t) a0[2 * i] * b0[2 * i] + (int32_t) a0[2 * i + 1] * b0[2 * i + 1];
        r1[i] = (int32_t) a1[2 * i] * b1[2 * i] + (int32_t) a1[2 * i + 1] * b1[2 * i + 1];
    }
#endif
    return __builtin_shufflevector(r0, r1, 0, 1, 2, 3, 4, 5, 6, 7);
#endif
}

POAI_INLINE i16x16 widen(i8x16 v) {
#if defined(__AVX2__)
    return (i16x16) _mm256_cvtepi8_epi16((__m128i) v);
#else
    return __builtin_convertvector(v, i16x16);
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

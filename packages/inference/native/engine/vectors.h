// Registers of `W` lanes, and what an instruction set has beyond +, -, * and /. Included once for each variant.

typedef float vf __attribute__((vector_size(4 * W), aligned(4 * W), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * W), aligned(4 * W), may_alias));

#if W == 16
INLINE vf splat(float x) { return (vf) _mm512_set1_ps(x); }
INLINE vi splat_int(int32_t x) { return (vi) _mm512_set1_epi32(x); }
INLINE vf larger(vf a, vf b) { return (vf) _mm512_max_ps((__m512) a, (__m512) b); }
INLINE vf smaller(vf a, vf b) { return (vf) _mm512_min_ps((__m512) a, (__m512) b); }
INLINE vf to_floats(vi a) { return (vf) _mm512_cvtepi32_ps((__m512i) a); }
INLINE vf square_root(vf a) { return (vf) _mm512_sqrt_ps((__m512) a); }
INLINE vf halves(vf a) { return (vf) _mm512_cvtph_ps(_mm512_cvtps_ph((__m512) a, 0)); }
INLINE vi dot(vi start, vi column, vi weights) {
  return (vi) _mm512_dpbusd_epi32((__m512i) start, (__m512i) column, (__m512i) weights);
}
INLINE vf fused(vf a, vf b, vf c) { return (vf) _mm512_fmadd_ps((__m512) a, (__m512) b, (__m512) c); }
INLINE int is_any(vi mask) { return _mm512_movepi32_mask((__m512i) mask) != 0; }
#elif W == 8
INLINE vf splat(float x) { return (vf) _mm256_set1_ps(x); }
INLINE vi splat_int(int32_t x) { return (vi) _mm256_set1_epi32(x); }
INLINE vf larger(vf a, vf b) { return (vf) _mm256_max_ps((__m256) a, (__m256) b); }
INLINE vf smaller(vf a, vf b) { return (vf) _mm256_min_ps((__m256) a, (__m256) b); }
INLINE vf to_floats(vi a) { return (vf) _mm256_cvtepi32_ps((__m256i) a); }
INLINE vf square_root(vf a) { return (vf) _mm256_sqrt_ps((__m256) a); }
INLINE vf halves(vf a) { return (vf) _mm256_cvtph_ps(_mm256_cvtps_ph((__m256) a, 0)); }
INLINE int is_any(vi mask) { return _mm256_movemask_ps((__m256) mask) != 0; }
#if BYTE_DOTS
INLINE vi dot(vi start, vi column, vi weights) {
  return (vi) DOT_BYTES_256((__m256i) start, (__m256i) column, (__m256i) weights);
}
#else
INLINE vi dot(vi pairs, vi weights) { return (vi) _mm256_madd_epi16((__m256i) pairs, (__m256i) weights); }
#endif
#if FUSED
INLINE vf fused(vf a, vf b, vf c) { return (vf) _mm256_fmadd_ps((__m256) a, (__m256) b, (__m256) c); }
#endif
#elif defined(__wasm_simd128__)
INLINE vf splat(float x) { return (vf) wasm_f32x4_splat(x); }
INLINE vi splat_int(int32_t x) { return (vi) wasm_i32x4_splat(x); }
INLINE vf larger(vf a, vf b) { return (vf) wasm_f32x4_pmax((v128_t) a, (v128_t) b); }
INLINE vf smaller(vf a, vf b) { return (vf) wasm_f32x4_pmin((v128_t) a, (v128_t) b); }
INLINE vf to_floats(vi a) { return (vf) wasm_f32x4_convert_i32x4((v128_t) a); }
INLINE vf square_root(vf a) { return (vf) wasm_f32x4_sqrt((v128_t) a); }
INLINE vi dot(vi pairs, vi weights) { return (vi) wasm_i32x4_dot_i16x8((v128_t) pairs, (v128_t) weights); }
INLINE int is_any(vi mask) { return wasm_v128_any_true((v128_t) mask); }
#elif defined(__x86_64__)
INLINE vf splat(float x) { return (vf) _mm_set1_ps(x); }
INLINE vi splat_int(int32_t x) { return (vi) _mm_set1_epi32(x); }
INLINE vf larger(vf a, vf b) { return (vf) _mm_max_ps((__m128) a, (__m128) b); }
INLINE vf smaller(vf a, vf b) { return (vf) _mm_min_ps((__m128) a, (__m128) b); }
INLINE vf to_floats(vi a) { return (vf) _mm_cvtepi32_ps((__m128i) a); }
INLINE vf square_root(vf a) { return (vf) _mm_sqrt_ps((__m128) a); }
INLINE vi dot(vi pairs, vi weights) { return (vi) _mm_madd_epi16((__m128i) pairs, (__m128i) weights); }
INLINE int is_any(vi mask) { return _mm_movemask_ps((__m128) mask) != 0; }
#else
INLINE vf splat(float x) { return x - (vf) {}; }
INLINE vi splat_int(int32_t x) { return x - (vi) {}; }
INLINE vf larger(vf a, vf b) { const vi m = a > b; return (vf) ((m & (vi) a) | (~m & (vi) b)); }
INLINE vf smaller(vf a, vf b) { const vi m = a < b; return (vf) ((m & (vi) a) | (~m & (vi) b)); }
INLINE vf to_floats(vi a) { return __builtin_convertvector(a, vf); }
#if defined(__aarch64__)
INLINE vf square_root(vf a) { return (vf) vsqrtq_f32((float32x4_t) a); }
INLINE int is_any(vi mask) { return vmaxvq_u32((uint32x4_t) mask) != 0; }
#if BYTE_DOTS
// Clang before 15 has the intrinsic only in a file that is compiled for it as a whole.
INLINE vi dot(vi start, vi column, vi weights) {
  __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(start) : "w"(column), "w"(weights));
  return start;
}
#else
INLINE vi dot(vi pairs, vi weights) {
  const int16x8_t a = (int16x8_t) pairs, b = (int16x8_t) weights;
  return (vi) vpaddq_s32(vmull_s16(vget_low_s16(a), vget_low_s16(b)), vmull_high_s16(a, b));
}
#endif
#else
INLINE vf square_root(vf a) { for (int i = 0; i < W; i++) a[i] = __builtin_sqrtf(a[i]); return a; }
INLINE int is_any(vi mask) { for (int i = 0; i < W; i++) if (mask[i]) return 1; return 0; }
INLINE vi dot(vi pairs, vi weights) {
  vi d;
  for (int i = 0; i < W; i++) d[i] = (int16_t) pairs[i] * (int16_t) weights[i] + (pairs[i] >> 16) * (weights[i] >> 16);
  return d;
}
#endif
#endif
#if W == 4
/// Rounds to binary16. (Infinities come out of what is too large; NaNs do not pass through here unseen.)
INLINE vf halves(vf a) {
  const vi bits = (vi) a, size = bits & 0x7fffffff, sign = bits ^ size;
  const vi rounded = (size + 0xfff + ((size >> 13) & 1)) & ~0x1fff, tiny = (vi) (((vf) size + 0.5f) - 0.5f);
  const vi is_tiny = size < 0x38800000, is_large = size >= 0x477ff000;
  const vi finite = (tiny & is_tiny) | (rounded & ~is_tiny);
  return (vf) (((finite & ~is_large) | (0x7f800000 & is_large)) | sign);
}
#endif
INLINE vf select(vi mask, vf yes, vf no) { return (vf) ((mask & (vi) yes) | (~mask & (vi) no)); }
INLINE vf magnitude(vf a) { return (vf) ((vi) a & 0x7fffffff); }

INLINE vf exp_all(vf x) {
  x = smaller(larger(x, splat(-104.0f)), splat(89.0f));
  const vf t = x * 0x1.715476p+0f + 0x1.8p23f, n = t - 0x1.8p23f;
  const vf r = (x - n * 0x1.63p-1f) - n * -0x1.bd0106p-13f;
  vf q = r * 0x1.6a23cep-10f + 0x1.123a2p-7f;
  q = q * r + 0x1.5558f2p-5f;
  q = q * r + 0x1.555492p-3f;
  q = q * r + 0x1.fffffcp-2f;
  const vf p = 1.0f + (r + (r * r) * q);
  const vi e = (vi) t - 0x4b400000, h = e >> 1;
  return (p * (vf) ((h + 127) << 23)) * (vf) ((e - h + 127) << 23);
}

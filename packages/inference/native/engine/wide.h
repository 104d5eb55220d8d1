// The pass with tokens in the lanes of the vectors: `W` tokens side by side are a tile, so that every operation of the protocol is one
// operation of a register, the eight lanes of a sum are eight registers, and one scale serves eight dot products. Nothing is summed
// across lanes. Included once for each variant.
//
//   x            [tile][feature] of `vf`
//   ColumnTile   the input of a product as blocks: for block b and lane l of the sum, four integers of each token
//   WeightBlock  for each lane l, four integers of the row, in the order in which the column has them
//
// Whatever is not finite makes the pass answer NOT_FINITE: then `narrow_pass` computes it as it is written. Every place where a NaN or
// an infinity can come into being is looked at: the sums of squares, keys and values in binary16, queries that could overflow a score,
// and the logits. (Masks and maxima drop NaNs, so they must not meet any.)

typedef float vf __attribute__((vector_size(4 * W), aligned(4 * W), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * W), aligned(4 * W), may_alias));

// ---- what an instruction set has beyond +, -, * and / ----
#if W == 16
INLINE vf splat(float x) { return (vf) _mm512_set1_ps(x); }
INLINE vi splat_int(int32_t x) { return (vi) _mm512_set1_epi32(x); }
INLINE vf larger(vf a, vf b) { return (vf) _mm512_max_ps((__m512) a, (__m512) b); }
INLINE vf smaller(vf a, vf b) { return (vf) _mm512_min_ps((__m512) a, (__m512) b); }
INLINE vf to_floats(vi a) { return (vf) _mm512_cvtepi32_ps((__m512i) a); }
INLINE vf square_root(vf a) { return (vf) _mm512_sqrt_ps((__m512) a); }
INLINE vf halves(vf a) { return (vf) _mm512_cvtph_ps(_mm512_cvtps_ph((__m512) a, 0)); }
INLINE vi dot(vi start, vi column, vi weights) { return (vi) _mm512_dpbusd_epi32((__m512i) start, (__m512i) column, (__m512i) weights); }
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
INLINE vi dot(vi start, vi column, vi weights) { return (vi) DOT_BYTES_256((__m256i) start, (__m256i) column, (__m256i) weights); }
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
INLINE vi dot(vi start, vi column, vi weights) { return (vi) vdotq_s32((int32x4_t) start, (int8x16_t) column, (int8x16_t) weights); }
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

// ---- products ----

/// Four integers of a token are a word where dot products take bytes, else two words of pairs. x86 takes the column unsigned: it is
/// moved by 128, and the weights' word in `second` makes up for it. With `FUSED` that word also holds the bits of 1.5 x 2^23, so that
/// the result is a float without a conversion, and one fused operation gives exactly the rounded product: a product of two binary16
/// scales has 22 bits, so 1.5 x 2^23 times it is exact.
#if BYTE_DOTS
#define COLUMN_WORDS 1
#else
#define COLUMN_WORDS 2
#endif
#define MAGIC_BITS 0x4b400000
typedef struct { int32_t first[8], second[8]; } WeightBlock;
typedef struct { vi word[8][COLUMN_WORDS]; } ColumnTile;

static void unpack_rows(const Matrix *w, uint32_t row, uint32_t count, WeightBlock *to, float *scales) {
  for (uint32_t r = row; r < row + count; r++) {
    const uint8_t *block = w->data + (size_t) r * w->row_bytes;
    for (uint32_t b = 0; b < w->length / BLOCK; b++, block += block_bytes(w->format), to++) {
      int8_t q[BLOCK];
      read_block(w->format, block, q);
      *scales++ = half_to_float(read_u16(block));
      for (int l = 0; l < 8; l++) {
        const int32_t four[4] = { q[2 * l], q[2 * l + 1], q[16 + 2 * l], q[17 + 2 * l] };
#if BYTE_DOTS
        to->first[l] = (int32_t) ((uint32_t) (four[0] & 255) | (uint32_t) (four[1] & 255) << 8 | (uint32_t) (four[2] & 255) << 16 | (uint32_t) four[3] << 24);
#if defined(__x86_64__)
        to->second[l] = -128 * (four[0] + four[1] + four[2] + four[3]) + (FUSED ? MAGIC_BITS : 0);
#else
        to->second[l] = 0;
#endif
#else
        to->first[l] = (int32_t) ((uint32_t) (four[0] & 65535) | (uint32_t) four[1] << 16);
        to->second[l] = (int32_t) ((uint32_t) (four[2] & 65535) | (uint32_t) four[3] << 16);
#endif
      }
    }
  }
}

/// Block `b` of a tile's column.
INLINE void wide_quantise(const vf *x, ColumnTile *to, vf *scale) {
  vf m0 = magnitude(x[0]), m1 = magnitude(x[1]);
  for (int i = 2; i < BLOCK; i += 2) { m0 = larger(m0, magnitude(x[i])); m1 = larger(m1, magnitude(x[i + 1])); }
  const vf m = larger(m0, m1);
  const vi is_small = (vi) m < (vi) splat(0x1p-100f);
  const vf d = (vf) ((vi) (m / 127.0f) & ~is_small), e = (vf) ((vi) (1.0f / d) & ~is_small);
  *scale = halves(d);
  for (int l = 0; l < 8; l++) {
    const vi a = (vi) (x[2 * l] * e + 0x1.8p23f), b = (vi) (x[2 * l + 1] * e + 0x1.8p23f);
    const vi c = (vi) (x[16 + 2 * l] * e + 0x1.8p23f), f = (vi) (x[17 + 2 * l] * e + 0x1.8p23f);
#if BYTE_DOTS
    const vi bytes = (a & 255) | ((b & 255) << 8) | ((c & 255) << 16) | (f << 24);
#if defined(__x86_64__)
    to->word[l][0] = bytes ^ (int32_t) 0x80808080;
#else
    to->word[l][0] = bytes;
#endif
#else
    to->word[l][0] = (a & 65535) | (b << 16);
    to->word[l][COLUMN_WORDS - 1] = (c & 65535) | (f << 16);
#endif
  }
}

/// Lanes in the order in which they are summed: the first four of them, then the others.
#define LANE_AT(i) ((i) == 0 ? 0 : (i) == 1 ? 4 : (i) == 2 ? 2 : (i) == 3 ? 6 : (i) == 4 ? 1 : (i) == 5 ? 5 : (i) == 6 ? 3 : 7)

/// One row times `tiles` tiles. `stride`: blocks of a tile.
INLINE void row_of_blocks(const WeightBlock *w, const float *s, uint32_t blocks, const ColumnTile *k, const vf *t, size_t stride,
                          vf *out, const int tiles) {
  vf half[2][TILES];
#pragma GCC unroll 2
  for (int h = 0; h < 8; h += SUM_LANES) {
    vf sum[SUM_LANES][TILES];
#pragma GCC unroll 8
    for (int i = 0; i < SUM_LANES; i++) for (int c = 0; c < tiles; c++) sum[i][c] = splat(0.0f);
#pragma GCC unroll 1
    for (uint32_t b = 0; b < blocks; b++) {
      vf scale[TILES];
      for (int c = 0; c < tiles; c++) scale[c] = splat(s[b]) * t[c * stride + b];
#if FUSED
      vf shift[TILES];
      for (int c = 0; c < tiles; c++) shift[c] = scale[c] * -0x1.8p23f;
#endif
#pragma GCC unroll 8
      for (int i = 0; i < SUM_LANES; i++) {
        const int l = LANE_AT(h + i);
        const vi first = splat_int(w[b].first[l]), second = splat_int(w[b].second[l]);
#pragma GCC unroll 4
        for (int c = 0; c < tiles; c++) {
#if BYTE_DOTS
          const vi d = dot(second, k[c * stride + b].word[l][0], first);
#elif FUSED
          const vi d = (dot(k[c * stride + b].word[l][0], first) + dot(k[c * stride + b].word[l][COLUMN_WORDS - 1], second)) + MAGIC_BITS;
#else
          const vi d = dot(k[c * stride + b].word[l][0], first) + dot(k[c * stride + b].word[l][COLUMN_WORDS - 1], second);
#endif
#if FUSED
          sum[i][c] = sum[i][c] + fused((vf) d, scale[c], shift[c]);
#else
          sum[i][c] = sum[i][c] + to_floats(d) * scale[c];
#endif
        }
      }
    }
    for (int c = 0; c < tiles; c++)
      for (int i = 0; i < SUM_LANES; i += 4) half[(h + i) / 4][c] = (sum[i][c] + sum[i + 1][c]) + (sum[i + 2][c] + sum[i + 3][c]);
  }
  for (int c = 0; c < tiles; c++) out[c] = half[0][c] + half[1][c];
}

/// One row of floats times `tiles` tiles.
INLINE void row_of_floats(const float *w, uint32_t length, const vf *x, size_t stride, vf *out, const int tiles) {
  vf half[2][TILES];
#pragma GCC unroll 2
  for (int h = 0; h < 2; h++) {
    vf sum[4][TILES];
    for (int i = 0; i < 4; i++) for (int c = 0; c < tiles; c++) sum[i][c] = splat(0.0f);
#pragma GCC unroll 1
    for (uint32_t b = 0; b < length; b += 8)
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) {
        const int l = LANE_AT(4 * h + i);
        const vf weight = splat(w[b + l]);
        for (int c = 0; c < tiles; c++) sum[i][c] = sum[i][c] + weight * x[c * stride + b + l];
      }
    for (int c = 0; c < tiles; c++) half[h][c] = (sum[0][c] + sum[1][c]) + (sum[2][c] + sum[3][c]);
  }
  for (int c = 0; c < tiles; c++) out[c] = half[0][c] + half[1][c];
}

/// The input of products: as blocks for quantised weights, as floats for others.
typedef struct { ColumnTile *blocks; vf *scales, *floats; size_t length; } Columns;

struct WideMemory {
  /// Of a band: [tile][…]
  vf *x, *query, *attended, *wanted, *cosines, *sines, *key;
  vi *positions;
  /// [tile][32] of the gate's and the other half's rows.
  vf *gate, *up;
  vf *logits, *scores;
  Columns narrow, wide;
  WeightBlock *weights;
  float *scales;
};


INLINE void all_rows(Model *m, const Matrix *w, uint32_t row, uint32_t count, const Columns *in, int tiles, vf *out, size_t stride, const int mode) {
  struct WideMemory *memory = m->wide;
  const uint32_t blocks = w->length / BLOCK;
  const size_t columns = in->length / BLOCK;
  for (uint32_t r = row; r < row + count; r += ROWS_AT_ONCE) {
    const uint32_t some = row + count - r < ROWS_AT_ONCE ? row + count - r : ROWS_AT_ONCE;
    const WeightBlock *weights = w->blocks;
    const float *scales = w->scales;
    if (is_quantised(w) && weights != NULL) {
      weights += (size_t) r * blocks;
      scales += (size_t) r * blocks;
    } else if (is_quantised(w)) {
      unpack_rows(w, r, some, memory->weights, memory->scales);
      weights = memory->weights;
      scales = memory->scales;
    }
    for (int t = 0, step; t < tiles; t += step) {
      step = tiles - t >= TILES ? TILES : tiles - t >= 2 ? 2 : 1;
      const ColumnTile *k = in->blocks + (size_t) t * columns;
      const vf *s = in->scales + (size_t) t * columns, *x = in->floats + (size_t) t * in->length;
      for (uint32_t i = 0; i < some; i++) {
        vf sums[TILES];
        if (is_quantised(w)) {
          const WeightBlock *from = weights + (size_t) i * blocks;
          const float *scale = scales + (size_t) i * blocks;
          if (step == TILES) row_of_blocks(from, scale, blocks, k, s, columns, sums, TILES);
          else if (step == 2) row_of_blocks(from, scale, blocks, k, s, columns, sums, 2);
          else row_of_blocks(from, scale, blocks, k, s, columns, sums, 1);
        } else {
          const float *from = (const float *) w->blocks + (size_t) (r + i) * w->length;
          if (step == TILES) row_of_floats(from, w->length, x, in->length, sums, TILES);
          else if (step == 2) row_of_floats(from, w->length, x, in->length, sums, 2);
          else row_of_floats(from, w->length, x, in->length, sums, 1);
        }
        for (int c = 0; c < step; c++) {
          vf *to = out + (size_t) (t + c) * stride + (r - row) + i;
          if (mode == ADD) *to = *to + sums[c];
          else *to = sums[c];
        }
      }
    }
    if (work_is_unwanted(m, (uint64_t) some * w->length * tiles * W)) return;
  }
}

/// out[tile][row] = rows of the matrix times the input's tiles.
static __attribute__((noinline)) void product(Model *m, const Matrix *w, uint32_t row, uint32_t count, const Columns *in, int tiles, vf *out, size_t stride) {
  all_rows(m, w, row, count, in, tiles, out, stride, PUT);
}

/// The same, added to what is there: a residual.
static __attribute__((noinline)) void add_product(Model *m, const Matrix *w, const Columns *in, int tiles, vf *out, size_t stride) {
  all_rows(m, w, 0, w->rows, in, tiles, out, stride, ADD);
}

/// Block b of a tile for a product with `w`.
INLINE void prepare(const vf *x, const Columns *to, int tile, uint32_t b, int quantised) {
  const size_t at = (size_t) tile * (to->length / BLOCK) + b;
  if (quantised) wide_quantise(x, to->blocks + at, to->scales + at);
  else __builtin_memcpy(to->floats + at * BLOCK, x, sizeof(vf) * BLOCK);
}

// ---- a pass ----

/// RMS norm of a tile, made ready for products with quantised weights, floats, or both. True if something is not finite.
static int wide_norm(const Model *m, const vf *x, const float *weights, const Columns *to, int tile, int formats) {
  vf v[8];
  for (int l = 0; l < 8; l++) v[l] = x[l] * x[l];
  for (uint32_t i = 8; i < m->width; i += 8) for (int l = 0; l < 8; l++) v[l] = v[l] + x[i + l] * x[i + l];
  const vf sum = ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
  // A quotient in binary64, rounded, is the quotient in binary32: 53 bits are more than twice 24 and two.
  const vf scale = 1.0f / square_root(sum / (float) m->width + m->epsilon);
  for (uint32_t b = 0; b < m->width / BLOCK; b++) {
    vf y[BLOCK];
    for (int i = 0; i < BLOCK; i++) y[i] = (x[b * BLOCK + i] * scale) * splat(weights[b * BLOCK + i]);
    if (formats & 1) prepare(y, to, tile, b, 1);
    if (formats & 2) prepare(y, to, tile, b, 0);
  }
  return is_any(~((sum < splat(bits_float(INFINITY_BITS))) & (scale < splat(bits_float(INFINITY_BITS)))));
}

INLINE int formats_of(const Matrix *a, const Matrix *b, const Matrix *c) {
  return (is_quantised(a) ? 1 : 2) | (is_quantised(b) ? 1 : 2) | (is_quantised(c) ? 1 : 2);
}

static void rotate(const Model *m, vf *x, uint32_t heads, const vf *cosines, const vf *sines) {
  for (uint32_t h = 0; h < heads; h++, x += m->head)
    for (uint32_t j = 0; j < m->rotary / 2; j++) {
      const vf a = x[2 * j], b = x[2 * j + 1];
      x[2 * j] = a * cosines[j] - b * sines[j];
      x[2 * j + 1] = a * sines[j] + b * cosines[j];
    }
}

/// Writes a tile's keys or values, rounded, into the cells from `cell` on. True if something is not finite then.
static int store_cells(const Model *m, const vf *x, float *cells, uint32_t cell, uint32_t count) {
  vf largest = splat(0.0f);
  for (uint32_t f = 0; f < kv_width(m); f++) {
    const vf value = halves(x[f]);
    largest = larger(magnitude(value), largest);
    largest = (vf) ((vi) largest | ((vi) value & (value != value)));
    float *to = cells + cell_offset(m, cell, f);
    if (count == W && cell % (W < GROUP ? W : GROUP) == 0) {
#if W == 16
      _mm256_storeu_ps(to, _mm512_castps512_ps256((__m512) value));
      _mm256_storeu_ps(to + (size_t) kv_width(m) * GROUP, _mm512_extractf32x8_ps((__m512) value, 1));
#else
      __builtin_memcpy(to, &value, sizeof value);
#endif
    } else {
      float lanes[W];
      __builtin_memcpy(lanes, &value, sizeof value);
      for (uint32_t j = 0; j < count; j++) cells[cell_offset(m, cell + j, f)] = lanes[j];
    }
  }
  return is_any(~(largest < splat(bits_float(INFINITY_BITS))));
}

/// The scores of a tile's head with the keys up to the last position; the largest of each token.
INLINE vf scores_of(const Model *m, const vf *q, const float *keys, vi positions, int first, int last, vf *scores, const uint32_t terms) {
  const vf minus_infinity = splat(bits_float(0xff800000u));
  vf largest = minus_infinity;
  for (int c = 0; c <= last; c += KEYS_AT_ONCE) {
    const float *k = keys + (size_t) (c / GROUP) * kv_width(m) * GROUP + c % GROUP;
    // A sum that begins with a product instead of +0 can only differ in the sign of a zero, which the mask's + 0 takes away.
    vf pair[2][2][KEYS_AT_ONCE];
#pragma GCC unroll 2
    for (int x = 0; x < 2; x++)
#pragma GCC unroll 2
      for (int y = 0; y < 2; y++) {
        vf part[2][KEYS_AT_ONCE];
#pragma GCC unroll 2
        for (int z = 0; z < 2; z++) {
          const int l = x + 2 * y + 4 * z;
          const vf q0 = q[l];
#pragma GCC unroll 8
          for (int j = 0; j < KEYS_AT_ONCE; j++) part[z][j] = q0 * splat(k[l * GROUP + j]);
#pragma GCC unroll 4
          for (uint32_t i = 1; i < terms; i++) {
            const vf qi = q[l + 8 * i];
#pragma GCC unroll 8
            for (int j = 0; j < KEYS_AT_ONCE; j++) part[z][j] = part[z][j] + qi * splat(k[(l + 8 * i) * GROUP + j]);
          }
        }
        for (int j = 0; j < KEYS_AT_ONCE; j++) pair[x][y][j] = part[0][j] + part[1][j];
      }
    for (int j = 0; j < KEYS_AT_ONCE; j++) {
      vf s = ((pair[0][0][j] + pair[0][1][j]) + (pair[1][0][j] + pair[1][1][j])) * m->score_scale;
      if (c + j > first) s = select(positions >= splat_int(c + j), s, minus_infinity);
      largest = larger(largest, s);
      scores[c + j] = s;
    }
  }
  return largest;
}

/// `FEATURES_AT_ONCE` features of the weighted values' sums.
INLINE void values_of(const float *values, const vf *scores, int cells, size_t group, vf *out) {
  vf part[2][FEATURES_AT_ONCE];
#pragma GCC unroll 2
  for (int g = 0; g < 8; g += VALUE_LANES) {
    vf sum[VALUE_LANES][FEATURES_AT_ONCE];
#pragma GCC unroll 8
    for (int j = 0; j < VALUE_LANES; j++) for (int f = 0; f < FEATURES_AT_ONCE; f++) sum[j][f] = splat(0.0f);
#pragma GCC unroll 1
    for (int c = 0; c < cells; c += GROUP) {
      const float *v = values + (size_t) (c / GROUP) * group;
#pragma GCC unroll 8
      for (int j = 0; j < VALUE_LANES; j++) {
        const int l = LANE_AT(g + j);
        const vf weight = scores[c + l];
#pragma GCC unroll 4
        for (int f = 0; f < FEATURES_AT_ONCE; f++) sum[j][f] = sum[j][f] + weight * splat(v[f * GROUP + l]);
      }
    }
    for (int f = 0; f < FEATURES_AT_ONCE; f++)
      for (int j = 0; j < VALUE_LANES; j += 4) part[(g + j) / 4][f] = (sum[j][f] + sum[j + 1][f]) + (sum[j + 2][f] + sum[j + 3][f]);
  }
  for (int f = 0; f < FEATURES_AT_ONCE; f++) out[f] = part[0][f] + part[1][f];
}

/// The attention of a tile whose tokens stand at `positions`, from `first` to `last`. Only the cells up to the last are looked at.
INLINE void attend_heads(Model *m, uint32_t layer, const vf *query, vi positions, int first, int last, vf *out, const uint32_t terms) {
  vf *scores = ((struct WideMemory *) m->wide)->scores;
  const int cells = (last + GROUP) / GROUP * GROUP;
  for (uint32_t h = 0; h < m->heads; h++) {
    const size_t feature = (size_t) (h / (m->heads / m->kv_heads)) * m->head * GROUP;
    const vf largest = scores_of(m, query + h * m->head, layer_keys(m, layer) + feature, positions, first, cells - 1, scores, terms);
    vf v[8];
    for (int j = 0; j < 8; j++) v[j] = splat(0.0f);
    for (int c = 0; c < cells; c += 8)
#pragma GCC unroll 8
      for (int j = 0; j < 8; j++) {
        const vf e = exp_all(scores[c + j] - largest);
        scores[c + j] = e;
        v[j] = v[j] + e;
      }
    const vf inverse = 1.0f / (((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])));
    for (int c = 0; c < cells; c++) scores[c] = scores[c] * inverse;
    for (uint32_t f = 0; f < m->head; f += FEATURES_AT_ONCE)
      values_of(layer_values(m, layer) + feature + f * GROUP, scores, cells, (size_t) kv_width(m) * GROUP, out + h * m->head + f);
  }
}

static __attribute__((noinline)) void attend(Model *m, uint32_t layer, const vf *query, vi positions, int first, int last, vf *out) {
  switch (m->head) {
    case 32: attend_heads(m, layer, query, positions, first, last, out, 4); return;
    case 64: attend_heads(m, layer, query, positions, first, last, out, 8); return;
    default: attend_heads(m, layer, query, positions, first, last, out, m->head / 8);
  }
}

/// Tokens that go through the layers together.
typedef struct {
  vf *x;
  int tiles;
} Band;

/// For each tile of the band: positions in its lanes, and the rotation at them. Lanes beyond the last token repeat it.
static void fill_lanes(Model *m, int tile, const uint32_t *positions) {
  struct WideMemory *w = m->wide;
  const uint32_t half = m->rotary / 2;
  for (int j = 0; j < W; j++) {
    const uint32_t p = positions[j];
    ((int32_t *) (w->positions + tile))[j] = (int32_t) p;
    for (uint32_t i = 0; i < half; i++) {
      ((float *) (w->cosines + (size_t) tile * half + i))[j] = m->cosines[(size_t) p * half + i];
      ((float *) (w->sines + (size_t) tile * half + i))[j] = m->sines[(size_t) p * half + i];
    }
  }
}

/// From the attention's input to the layer's end: x in place. True if something is not finite.
static int finish_layer(Model *m, uint32_t layer, Band band) {
  struct WideMemory *w = m->wide;
  const Layer *l = m->layers + layer;
  const uint32_t half = m->rotary / 2, all = m->heads * m->head;
  int bad = 0;
  product(m, &l->query, 0, all, &w->narrow, band.tiles, w->query, all);
  for (int t = 0; t < band.tiles && !m->is_stopped; t++) {
    vf *q = w->query + (size_t) t * all;
    rotate(m, q, m->heads, w->cosines + (size_t) t * half, w->sines + (size_t) t * half);
    vf largest = splat(0.0f);
    for (uint32_t i = 0; i < all; i++) largest = larger(magnitude(q[i]), largest);
    // Below this no score overflows: keys are below 2^16, and a head has at most 2^20 features.
    bad |= is_any(~(largest < splat(0x1p80f)));
    int first = m->context, last = 0;
    for (int j = 0; j < W; j++) {
      const int p = ((int32_t *) (w->positions + t))[j];
      if (p < first) first = p;
      if (p > last) last = p;
    }
    attend(m, layer, q, w->positions[t], first, last, w->attended + (size_t) t * all);
    work_is_unwanted(m, (uint64_t) last * all * W * 2);
  }
  // The attention's output is as long as all heads, which need not be the model's width.
  const Columns heads = { w->wide.blocks, w->wide.scales, w->attended, all };
  if (is_quantised(&l->output))
    for (int t = 0; t < band.tiles; t++)
      for (uint32_t b = 0; b < all / BLOCK; b++) prepare(w->attended + (size_t) t * all + b * BLOCK, &heads, t, b, 1);
  add_product(m, &l->output, &heads, band.tiles, band.x, m->width);
  for (int t = 0; t < band.tiles; t++)
    bad |= wide_norm(m, band.x + (size_t) t * m->width, l->feed_norm, &w->narrow, t, formats_of(&l->gate, &l->up, &l->up));
  for (uint32_t b = 0; b < m->feed / BLOCK && !m->is_stopped; b++) {
    product(m, &l->gate, b * BLOCK, BLOCK, &w->narrow, band.tiles, w->gate, BLOCK);
    product(m, &l->up, b * BLOCK, BLOCK, &w->narrow, band.tiles, w->up, BLOCK);
    for (int t = 0; t < band.tiles; t++) {
      vf *g = w->gate + t * BLOCK;
      const vf *u = w->up + t * BLOCK;
      for (int i = 0; i < BLOCK; i++) g[i] = (g[i] / (1.0f + exp_all(-g[i]))) * u[i];
      prepare(g, &w->wide, t, b, is_quantised(&l->down));
    }
  }
  add_product(m, &l->down, &w->wide, band.tiles, band.x, m->width);
  return bad;
}

/// The words or logits of a tile's tokens, of which `count` are wanted. True if something is not finite.
static int put_tile(Model *m, const Sink *sink, const vf *logits, uint32_t index, uint32_t count) {
  vf largest = logits[0], sum = splat(0.0f);
  for (uint32_t i = 1; i < m->vocabulary; i++) largest = larger(largest, logits[i]);
  vi best = splat_int(0), is_number = splat_int(-1);
  for (uint32_t i = 0; i < m->vocabulary; i++) {
    sum = sum + exp_all(logits[i] - largest);
    is_number = is_number & (logits[i] == logits[i]);
  }
  for (uint32_t i = m->vocabulary; i-- > 0;) best = (vi) select(logits[i] == largest, (vf) splat_int((int32_t) i), (vf) best);
  const float *flat = (const float *) logits;
  for (uint32_t j = 0; j < count; j++) {
    if (sink->logits != NULL) {
      for (uint32_t i = 0; i < m->vocabulary; i++) sink->logits[i] = flat[i * W + j];
      continue;
    }
    const Request *r = sink->request;
    uint32_t *words = sink->words + (size_t) (index + j) * (FIXED_WORDS + r->probes_count);
    words[0] = word_of(flat[r->tokens[r->positions[index + j]] * W + j]);
    words[1] = word_of(((float *) &largest)[j]);
    words[2] = word_of(((float *) &sum)[j]);
    words[3] = (uint32_t) ((int32_t *) &best)[j];
    for (uint32_t i = 0; i < r->probes_count; i++) words[FIXED_WORDS + i] = word_of(flat[r->probes[i] * W + j]);
  }
  return is_any(~is_number) || is_any(~(magnitude(largest) < splat(bits_float(INFINITY_BITS))));
}

/// Logits of the band's tokens, of which the first `count` are wanted.
static int put_band(Model *m, const Sink *sink, Band band, uint32_t index, uint32_t count) {
  struct WideMemory *w = m->wide;
  const int quantised = is_quantised(&m->output);
  int bad = 0;
  for (int t = 0; t < band.tiles && !m->is_stopped; t += TILES) {
    const int some = band.tiles - t < TILES ? band.tiles - t : TILES;
    for (int c = 0; c < some; c++) bad |= wide_norm(m, band.x + (size_t) (t + c) * m->width, m->output_norm, &w->narrow, c, quantised ? 1 : 2);
    product(m, &m->output, 0, m->vocabulary, &w->narrow, some, w->logits, m->vocabulary);
    for (int c = 0; c < some && !m->is_stopped; c++) {
      const uint32_t done = (uint32_t) (t + c) * W, left = count - done < W ? count - done : W;
      bad |= put_tile(m, sink, w->logits + (size_t) c * m->vocabulary, index + done, left);
    }
  }
  return bad;
}

/// Feeds up to `BAND_TOKENS` tokens; `wanted` of the sink's positions, from `index` on, lie in them.
static int wide_band(Model *m, const uint32_t *tokens, uint32_t count, uint32_t at, const Sink *sink, uint32_t index, uint32_t wanted) {
  struct WideMemory *w = m->wide;
  const int tiles = (int) ((count + W - 1) / W);
  const uint32_t half = m->rotary / 2, last_layer = m->layers_count - 1;
  int bad = 0;
  for (int t = 0; t < tiles; t++) {
    uint32_t lanes[W];
    for (uint32_t j = 0; j < W; j++) {
      const uint32_t i = t * W + j < count ? t * W + j : count - 1;
      lanes[j] = at + i;
      embed(m, tokens[i], (float *) (w->x + (size_t) t * m->width) + j, W);
    }
    fill_lanes(m, t, lanes);
  }
  for (uint32_t layer = 0; layer < m->layers_count && !m->is_stopped; layer++) {
    const Layer *l = m->layers + layer;
    for (int t = 0; t < tiles; t++)
      bad |= wide_norm(m, w->x + (size_t) t * m->width, l->attention_norm, &w->narrow, t, formats_of(&l->query, &l->key, &l->value));
    for (int values = 0; values < 2; values++) {
      product(m, values ? &l->value : &l->key, 0, kv_width(m), &w->narrow, tiles, w->key, kv_width(m));
      for (int t = 0; t < tiles && !m->is_stopped; t++) {
        vf *k = w->key + (size_t) t * kv_width(m);
        if (!values) rotate(m, k, m->kv_heads, w->cosines + (size_t) t * half, w->sines + (size_t) t * half);
        const uint32_t some = count - t * W < W ? count - t * W : W;
        bad |= store_cells(m, k, values ? layer_values(m, layer) : layer_keys(m, layer), at + t * W, some);
      }
    }
    if (layer < last_layer && !m->is_stopped) bad |= finish_layer(m, layer, (Band) { w->x, tiles });
  }
  if (m->is_stopped || wanted == 0) return m->is_stopped ? ENGINE_STOPPED : bad ? NOT_FINITE : ENGINE_DONE;
  // The last layer's output is wanted at some tokens only: they move together.
  const Band band = { w->wanted, (int) ((wanted + W - 1) / W) };
  for (int t = 0; t < band.tiles; t++) {
    uint32_t lanes[W];
    for (uint32_t j = 0; j < W; j++) {
      const uint32_t i = index + (t * W + j < wanted ? t * W + j : wanted - 1);
      lanes[j] = sink->logits != NULL ? at + count - 1 : sink->request->positions[i] - 1;
      const uint32_t from = lanes[j] - at;
      const float *x = (const float *) (w->x + (size_t) (from / W) * m->width) + from % W;
      for (uint32_t f = 0; f < m->width; f++) ((float *) (band.x + (size_t) t * m->width + f))[j] = x[(size_t) f * W];
    }
    fill_lanes(m, t, lanes);
    bad |= wide_norm(m, band.x + (size_t) t * m->width, m->layers[last_layer].attention_norm, &w->narrow, t,
                     is_quantised(&m->layers[last_layer].query) ? 1 : 2);
  }
  bad |= finish_layer(m, last_layer, band);
  bad |= put_band(m, sink, band, index, wanted);
  return m->is_stopped ? ENGINE_STOPPED : bad ? NOT_FINITE : ENGINE_DONE;
}

/// Feeds `count` tokens at positions from `at` on. Answers an `EngineResult` or NOT_FINITE.
static int wide_pass(Model *m, const uint32_t *tokens, uint32_t count, uint32_t at, const Sink *sink) {
  uint32_t index = 0;
  for (uint32_t done = 0; done < count; done += BAND_TOKENS) {
    const uint32_t some = count - done < BAND_TOKENS ? count - done : BAND_TOKENS, end = at + done + some;
    uint32_t wanted = 0;
    if (sink->logits != NULL) wanted = done + some == count;
    else while (index + wanted < sink->request->positions_count && sink->request->positions[index + wanted] - 1 < end) wanted++;
    const int result = wide_band(m, tokens + done, some, at + done, sink, index, wanted);
    if (result != ENGINE_DONE) return result;
    index += wanted;
  }
  return ENGINE_DONE;
}

/// Weights as this variant wants them, where that is worth the memory.
static const char *unpack_matrix(Matrix *w) {
  const size_t blocks = (size_t) w->rows * (w->length / BLOCK);
  w->blocks = host_allocate(sizeof(WeightBlock) * blocks);
  w->scales = host_allocate(sizeof(float) * blocks);
  if (w->blocks == NULL || w->scales == NULL) return "out of memory";
  unpack_rows(w, 0, w->rows, w->blocks, w->scales);
  return NULL;
}

/// True if the wide pass takes models of this shape.
static int takes_shape(const Model *m) {
  return m->width % BLOCK == 0 && m->feed % BLOCK == 0 && m->heads * m->head % BLOCK == 0 && m->head % 8 == 0 && m->head % FEATURES_AT_ONCE == 0;
}

static const char *reserve_wide(Model *m) {
  const uint32_t tokens = m->context < BAND_TOKENS ? m->context : BAND_TOKENS;
  const size_t tiles = (tokens + W - 1) / W, all = (size_t) m->heads * m->head, half = m->rotary / 2;
  const size_t longest = m->feed > all ? m->feed : all;
  struct WideMemory *w = host_allocate(sizeof *w);
  if (w == NULL) return "out of memory";
  m->wide = w;
  const struct { vf **to; size_t count; } vectors[] = {
    { &w->x, tiles * m->width }, { &w->wanted, tiles * m->width }, { &w->query, tiles * all }, { &w->attended, tiles * all },
    { &w->key, tiles * kv_width(m) }, { &w->cosines, tiles * half }, { &w->sines, tiles * half },
    { &w->gate, tiles * BLOCK }, { &w->up, tiles * BLOCK }, { &w->logits, TILES * (size_t) m->vocabulary },
    { &w->scores, cells_of(m) + GROUP }, { &w->narrow.scales, tiles * (m->width / BLOCK) },
    { &w->narrow.floats, tiles * m->width }, { &w->wide.scales, tiles * (longest / BLOCK) }, { &w->wide.floats, tiles * longest },
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    *vectors[i].to = host_allocate(sizeof(vf) * vectors[i].count);
    if (*vectors[i].to == NULL) return "out of memory";
  }
  const size_t widest = longest > m->width ? longest : m->width;
  w->positions = host_allocate(sizeof(vi) * tiles);
  w->narrow.blocks = host_allocate(sizeof(ColumnTile) * tiles * (m->width / BLOCK));
  w->wide.blocks = host_allocate(sizeof(ColumnTile) * tiles * (longest / BLOCK));
  w->weights = host_allocate(sizeof(WeightBlock) * ROWS_AT_ONCE * (widest / BLOCK));
  w->scales = host_allocate(sizeof(float) * ROWS_AT_ONCE * (widest / BLOCK));
  w->narrow.length = m->width;
  w->wide.length = m->feed;
  return w->positions && w->narrow.blocks && w->wide.blocks && w->weights && w->scales ? NULL : "out of memory";
}

#undef COLUMN_WORDS

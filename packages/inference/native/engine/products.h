// Products of weights with the columns of tiles. Included once for each variant.

/// Four integers of a token are a word where dot products take bytes, else two words of pairs. x86 takes the column
/// unsigned: it is moved by 128, and the weights' word in `second` makes up for it. With `FUSED` that word also holds
/// the bits of 1.5 x 2^23, so that the result is a float without a conversion, and one fused operation gives exactly
/// the rounded product: a product of two binary16 scales has 22 bits, so 1.5 x 2^23 times it is exact.
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
        to->first[l] = (int32_t) ((uint32_t) (four[0] & 255) | (uint32_t) (four[1] & 255) << 8 |
                                  (uint32_t) (four[2] & 255) << 16 | (uint32_t) four[3] << 24);
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
#define LANE_AT(i) \
  ((i) == 0 ? 0 : (i) == 1 ? 4 : (i) == 2 ? 2 : (i) == 3 ? 6 : (i) == 4 ? 1 : (i) == 5 ? 5 : (i) == 6 ? 3 : 7)

/// One row times `tiles` tiles. `stride`: blocks of a tile.
INLINE void row_of_blocks(const WeightBlock *w, const float *s, uint32_t blocks, const ColumnTile *k, const vf *t,
    size_t stride,
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
          const vi d = (dot(k[c * stride + b].word[l][0], first) + dot(k[c * stride + b].word[l][COLUMN_WORDS - 1],
              second)) + MAGIC_BITS;
#else
          const vi d = dot(k[c * stride + b].word[l][0], first) + dot(k[c * stride + b].word[l][COLUMN_WORDS - 1],
              second);
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
      for (int i = 0; i < SUM_LANES; i += 4)
        half[(h + i) / 4][c] = (sum[i][c] + sum[i + 1][c]) + (sum[i + 2][c] + sum[i + 3][c]);
  }
  for (int c = 0; c < tiles; c++) out[c] = half[0][c] + half[1][c];
}

/// `rows` rows of floats times `tiles` tiles: what is loaded of one serves all of the other. out[tile][row].
INLINE void rows_of_floats(const float *w, uint32_t length, const vf *x, vf (*out)[FLOAT_ROWS], const int rows,
    const int tiles) {
  vf half[2][FLOAT_TILES][FLOAT_ROWS];
#pragma GCC unroll 2
  for (int h = 0; h < 2; h++) {
    vf sum[4][FLOAT_TILES][FLOAT_ROWS];
    for (int i = 0; i < 4; i++) for (int t = 0; t < tiles; t++) for (int r = 0; r < rows; r++)
      sum[i][t][r] = splat(0.0f);
#pragma GCC unroll 1
    for (uint32_t b = 0; b < length; b += 8)
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) {
        const uint32_t at = b + LANE_AT(4 * h + i);
        for (int t = 0; t < tiles; t++)
          for (int r = 0; r < rows; r++)
            sum[i][t][r] = sum[i][t][r] + splat(w[r * (size_t) length + at]) * x[t * (size_t) length + at];
      }
    for (int t = 0; t < tiles; t++) for (int r = 0; r < rows; r++)
      half[h][t][r] = (sum[0][t][r] + sum[1][t][r]) + (sum[2][t][r] + sum[3][t][r]);
  }
  for (int t = 0; t < tiles; t++) for (int r = 0; r < rows; r++) out[t][r] = half[0][t][r] + half[1][t][r];
}

/// The input of products: as blocks for quantised weights, as floats for others.
typedef struct { ColumnTile *blocks; vf *scales, *floats; size_t length; } Columns;

struct WideMemory {
  /// Of a band: [tile][…]
  vf *x, *query, *attended, *wanted, *cosines, *sines, *key;
  vi *positions, *tokens;
  /// [tile][32] of the gate's and the other half's rows.
  vf *gate, *up;
  vf *logits, *scores;
  Columns narrow, wide;
  WeightBlock *weights;
  float *scales;
};


INLINE void put(vf *to, vf sum, const int mode) {
  if (mode == ADD) *to = *to + sum;
  else *to = sum;
}

/// Up to `ROWS_AT_ONCE` rows of blocks from `row` on, times all tiles.
INLINE void some_rows_of_blocks(Model *m, const Matrix *w, uint32_t row, uint32_t rows, const Columns *in, int tiles,
    vf *out, size_t stride,
                                const int mode) {
  struct WideMemory *memory = m->wide;
  const uint32_t blocks = w->length / BLOCK;
  const WeightBlock *weights = w->blocks;
  const float *scales = w->scales;
  if (weights != NULL) {
    weights += (size_t) row * blocks;
    scales += (size_t) row * blocks;
  } else {
    unpack_rows(w, row, rows, memory->weights, memory->scales);
    weights = memory->weights;
    scales = memory->scales;
  }
  for (int t = 0, step; t < tiles; t += step) {
    step = tiles - t >= TILES ? TILES : 1;
    const ColumnTile *k = in->blocks + (size_t) t * blocks;
    const vf *s = in->scales + (size_t) t * blocks;
    for (uint32_t i = 0; i < rows; i++) {
      vf sums[TILES];
      const WeightBlock *from = weights + (size_t) i * blocks;
      const float *scale = scales + (size_t) i * blocks;
      if (step == TILES) row_of_blocks(from, scale, blocks, k, s, blocks, sums, TILES);
      else row_of_blocks(from, scale, blocks, k, s, blocks, sums, 1);
      for (int c = 0; c < step; c++) put(out + (size_t) (t + c) * stride + i, sums[c], mode);
    }
  }
}

INLINE void some_rows_of_floats(const Matrix *w, uint32_t row, uint32_t rows, const Columns *in, int tiles, vf *out,
    size_t stride,
                                const int mode) {
  const float *weights = (const float *) w->blocks + (size_t) row * w->length;
  for (int t = 0, across; t < tiles; t += across) {
    across = tiles - t >= FLOAT_TILES ? FLOAT_TILES : 1;
    const vf *x = in->floats + (size_t) t * w->length;
    for (uint32_t i = 0, down; i < rows; i += down) {
      vf sums[FLOAT_TILES][FLOAT_ROWS];
      down = rows - i >= FLOAT_ROWS ? FLOAT_ROWS : 1;
      const float *from = weights + (size_t) i * w->length;
      if (down == FLOAT_ROWS && across == FLOAT_TILES)
          rows_of_floats(from, w->length, x, sums, FLOAT_ROWS, FLOAT_TILES);
      else if (across == FLOAT_TILES) rows_of_floats(from, w->length, x, sums, 1, FLOAT_TILES);
      else if (down == FLOAT_ROWS) rows_of_floats(from, w->length, x, sums, FLOAT_ROWS, 1);
      else rows_of_floats(from, w->length, x, sums, 1, 1);
      for (int c = 0; c < across; c++) for (uint32_t r = 0; r < down; r++)
          put(out + (size_t) (t + c) * stride + i + r, sums[c][r], mode);
    }
  }
}

INLINE void all_rows(Model *m, const Matrix *w, uint32_t row, uint32_t count, const Columns *in, int tiles, vf *out,
    size_t stride, const int mode) {
  for (uint32_t r = 0; r < count; r += ROWS_AT_ONCE) {
    const uint32_t some = count - r < ROWS_AT_ONCE ? count - r : ROWS_AT_ONCE;
    if (is_quantised(w)) some_rows_of_blocks(m, w, row + r, some, in, tiles, out + r, stride, mode);
    else some_rows_of_floats(w, row + r, some, in, tiles, out + r, stride, mode);
    if (work_is_unwanted(m, (uint64_t) some * w->length * tiles * W)) return;
  }
}

/// out[tile][row] = rows of the matrix times the input's tiles.
static __attribute__((noinline)) void product(Model *m, const Matrix *w, uint32_t row, uint32_t count,
    const Columns *in, int tiles, vf *out, size_t stride) {
  all_rows(m, w, row, count, in, tiles, out, stride, PUT);
}

/// The same, added to what is there: a residual.
static __attribute__((noinline)) void add_product(Model *m, const Matrix *w, const Columns *in, int tiles, vf *out,
    size_t stride) {
  all_rows(m, w, 0, w->rows, in, tiles, out, stride, ADD);
}

/// Block b of a tile for a product with `w`.
INLINE void prepare(const vf *x, const Columns *to, int tile, uint32_t b, int quantised) {
  const size_t at = (size_t) tile * (to->length / BLOCK) + b;
  if (quantised) wide_quantise(x, to->blocks + at, to->scales + at);
  else __builtin_memcpy(to->floats + at * BLOCK, x, sizeof(vf) * BLOCK);
}

// Keys, values and attention of tiles. Included once for each variant.

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
INLINE vf scores_of(const Model *m, const vf *q, const float *keys, vi positions, int first, int last, vf *scores,
    const uint32_t terms) {
  const vf minus_infinity = splat(bits_float(0xff800000u));
  vf largest = minus_infinity;
  for (int c = 0; c <= last; c += KEYS_AT_ONCE) {
    const float *k = keys + (size_t) (c / GROUP) * kv_width(m) * GROUP + c % GROUP;
    // A sum that begins with a product instead of +0 can only differ in the sign of a zero, which the mask's + 0 takes
    // away.
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
      for (int j = 0; j < VALUE_LANES; j += 4)
        part[(g + j) / 4][f] = (sum[j][f] + sum[j + 1][f]) + (sum[j + 2][f] + sum[j + 3][f]);
  }
  for (int f = 0; f < FEATURES_AT_ONCE; f++) out[f] = part[0][f] + part[1][f];
}

/// The attention of a tile whose tokens stand at `positions`, from `first` to `last`. Only the cells up to the last are
/// looked at.
INLINE void attend_heads(Model *m, uint32_t layer, const vf *query, vi positions, int first, int last, vf *out,
    const uint32_t terms) {
  vf *scores = ((struct WideMemory *) m->wide)->scores;
  const int cells = (last + GROUP) / GROUP * GROUP;
  for (uint32_t h = 0; h < m->heads; h++) {
    const size_t feature = (size_t) (h / (m->heads / m->kv_heads)) * m->head * GROUP;
    const vf largest = scores_of(m, query + h * m->head, layer_keys(m, layer) + feature, positions, first, cells - 1,
        scores, terms);
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
      values_of(layer_values(m, layer) + feature + f * GROUP, scores, cells, (size_t) kv_width(m) * GROUP,
          out + h * m->head + f);
  }
}

static __attribute__((noinline)) void attend(Model *m, uint32_t layer, const vf *query, vi positions, int first,
    int last, vf *out) {
  switch (m->head) {
    case 32: attend_heads(m, layer, query, positions, first, last, out, 4); return;
    case 64: attend_heads(m, layer, query, positions, first, last, out, 8); return;
    default: attend_heads(m, layer, query, positions, first, last, out, m->head / 8);
  }
}

// The pass as docs/PROTOCOL.md writes it, one token after the other within each layer, with the eight lanes of a sum
// side by side. It decodes token by token, serves models whose shape the wide pass does not take, and computes again
// whatever is not finite there. Included once for each variant; `NW` lanes fill a register.

typedef float nf __attribute__((vector_size(4 * NW), aligned(4), may_alias));
typedef int32_t ni __attribute__((vector_size(4 * NW), aligned(4)));
#define PARTS (8 / NW)
/// Eight lanes.
typedef struct { nf part[PARTS]; } Lanes;
typedef struct { ni part[PARTS]; } IntLanes;

#define EACH for (int i = 0; i < PARTS; i++)
INLINE Lanes splat8(float x) { Lanes v; EACH v.part[i] = x - (nf) {}; return v; }
// Register by register: as a copy of memory GCC takes 32 bytes in halves, and each load waits for two stores.
INLINE Lanes load8(const float *from) { Lanes v; EACH v.part[i] = ((const nf *) from)[i]; return v; }
INLINE void store8(float *to, Lanes v) { EACH ((nf *) to)[i] = v.part[i]; }
INLINE Lanes add8(Lanes a, Lanes b) { EACH a.part[i] = a.part[i] + b.part[i]; return a; }
INLINE Lanes times8(Lanes a, Lanes b) { EACH a.part[i] = a.part[i] * b.part[i]; return a; }
INLINE Lanes select8(IntLanes mask, Lanes yes, Lanes no) {
  EACH no.part[i] = (nf) ((mask.part[i] & (ni) yes.part[i]) | (~mask.part[i] & (ni) no.part[i]));
  return no;
}
/// b where it is larger: a NaN never is.
INLINE Lanes larger8(Lanes a, Lanes b) {
  IntLanes mask;
  EACH mask.part[i] = b.part[i] > a.part[i];
  return select8(mask, b, a);
}
INLINE Lanes magnitude8(Lanes a) { EACH a.part[i] = (nf) ((ni) a.part[i] & 0x7fffffff); return a; }

/// The one order in which lanes are summed.
INLINE float sum8(Lanes v) {
  float l[8];
  store8(l, v);
  return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}
INLINE float largest8(Lanes v) {
  float l[8];
  store8(l, v);
  float largest = l[0];
  for (int i = 1; i < 8; i++) largest = l[i] > largest ? l[i] : largest;
  return largest;
}

INLINE Lanes exp8(Lanes x) {
  IntLanes low, high;
  EACH low.part[i] = x.part[i] < -104.0f;
  x = select8(low, splat8(-104.0f), x);
  EACH high.part[i] = x.part[i] > 89.0f;
  x = select8(high, splat8(89.0f), x);
  EACH {
    const nf t = x.part[i] * 0x1.715476p+0f + 0x1.8p23f, n = t - 0x1.8p23f;
    const nf r = (x.part[i] - n * 0x1.63p-1f) - n * -0x1.bd0106p-13f;
    nf q = r * 0x1.6a23cep-10f + 0x1.123a2p-7f;
    q = q * r + 0x1.5558f2p-5f;
    q = q * r + 0x1.555492p-3f;
    q = q * r + 0x1.fffffcp-2f;
    const nf p = 1.0f + (r + (r * r) * q);
    const ni e = (ni) t - 0x4b400000, h = e >> 1;
    x.part[i] = (p * (nf) ((h + 127) << 23)) * (nf) ((e - h + 127) << 23);
  }
  return x;
}

static void quantise_column(const float *x, ColumnBlock *to, uint32_t length) {
  for (uint32_t b = 0; b < length / BLOCK; b++, x += BLOCK) {
    Lanes v[4];
    for (int j = 0; j < 4; j++) v[j] = load8(x + 8 * j);
    const float largest = largest8(larger8(larger8(magnitude8(v[0]), magnitude8(v[1])),
        larger8(magnitude8(v[2]), magnitude8(v[3]))));
    const float d = largest < 0x1p-100f ? 0.0f : largest / 127.0f;
    const float inverse = d == 0.0f ? 0.0f : 1.0f / d;
    to[b].scale = round_to_half(d);
    // The low byte of the shifted sum is the rounded integer.
    for (int j = 0; j < BLOCK; j++) to[b].values[j] = (int8_t) float_bits(x[j] * inverse + 0x1.8p23f);
  }
}

/// Sixteen bytes, and their dot products with sixteen others: lane l is of elements 2l and 2l + 1.
#if defined(__x86_64__)
typedef __m128i Bytes;
INLINE Bytes load_bytes(const void *from) { return _mm_loadu_si128((const __m128i *) from); }
INLINE Bytes low_nibbles(Bytes v) { return _mm_sub_epi8(_mm_and_si128(v, _mm_set1_epi8(15)), _mm_set1_epi8(8)); }
INLINE Bytes high_nibbles(Bytes v) { return low_nibbles(_mm_srli_epi16(v, 4)); }
#if NW == 8
INLINE IntLanes dot_bytes(Bytes a, Bytes b) {
  return (IntLanes) { { (ni) _mm256_madd_epi16(_mm256_cvtepi8_epi16(a), _mm256_cvtepi8_epi16(b)) } };
}
#else
#define WIDEN(half, v) _mm_srai_epi16(_mm_unpack##half##_epi8(_mm_setzero_si128(), v), 8)
INLINE IntLanes dot_bytes(Bytes a, Bytes b) {
  return (IntLanes) { { (ni) _mm_madd_epi16(WIDEN(lo, a), WIDEN(lo, b)),
      (ni) _mm_madd_epi16(WIDEN(hi, a), WIDEN(hi, b)) } };
}
#undef WIDEN
#endif
#elif defined(__wasm_simd128__)
typedef v128_t Bytes;
INLINE Bytes load_bytes(const void *from) { return wasm_v128_load(from); }
INLINE Bytes low_nibbles(Bytes v) {
  return wasm_i8x16_sub(wasm_v128_and(v, wasm_i8x16_splat(15)), wasm_i8x16_splat(8));
}
INLINE Bytes high_nibbles(Bytes v) { return low_nibbles(wasm_u8x16_shr(v, 4)); }
#define WIDEN(half, v) wasm_i16x8_extend_##half##_i8x16(v)
INLINE IntLanes dot_bytes(Bytes a, Bytes b) {
  return (IntLanes) { { (ni) wasm_i32x4_dot_i16x8(WIDEN(low, a), WIDEN(low, b)),
      (ni) wasm_i32x4_dot_i16x8(WIDEN(high, a), WIDEN(high, b)) } };
}
#undef WIDEN
#else
typedef int8_t Bytes __attribute__((vector_size(16), aligned(1)));
INLINE Bytes load_bytes(const void *from) { Bytes v; __builtin_memcpy(&v, from, sizeof v); return v; }
INLINE Bytes low_nibbles(Bytes v) { return (v & 15) - 8; }
INLINE Bytes high_nibbles(Bytes v) { return low_nibbles(v >> 4); }
INLINE IntLanes dot_bytes(Bytes a, Bytes b) {
  IntLanes d;
  for (int l = 0; l < 8; l++) d.part[l / NW][l % NW] = a[2 * l] * b[2 * l] + a[2 * l + 1] * b[2 * l + 1];
  return d;
}
#endif

/// One row of blocks times the column.
static void multiply_blocks(const Matrix *w, uint32_t row, const ColumnBlock *column, float *out) {
  const uint8_t *block = w->data + (size_t) row * w->row_bytes;
  const int is_q8 = w->format == FORMAT_Q8_0;
  Lanes sum = splat8(0.0f);
  for (uint32_t b = 0; b < w->length / BLOCK; b++, block += block_bytes(w->format)) {
    const Bytes first = load_bytes(block + 2);
    const Bytes low = is_q8 ? first : low_nibbles(first), high = is_q8 ? load_bytes(block + 18) : high_nibbles(first);
    const IntLanes c = dot_bytes(low, load_bytes(column[b].values)),
        d = dot_bytes(high, load_bytes(column[b].values + 16));
    const float scale = half_to_float(read_u16(block)) * column[b].scale;
    EACH sum.part[i] = sum.part[i] + __builtin_convertvector(c.part[i] + d.part[i], nf) * scale;
  }
  *out = sum8(sum);
}

static void multiply_floats(const Matrix *w, uint32_t row, const float *x, float *out) {
  const float *from = (const float *) w->blocks + (size_t) row * w->length;
  const uint32_t whole = w->length / 8 * 8;
  Lanes sum = splat8(0.0f);
  for (uint32_t i = 0; i < whole; i += 8) sum = add8(sum, times8(load8(from + i), load8(x + i)));
  float lanes[8];
  store8(lanes, sum);
  for (uint32_t i = whole; i < w->length; i++) lanes[i % 8] = lanes[i % 8] + from[i] * x[i];
  *out = sum8(load8(lanes));
}

/// out = the product of the matrix and x.
static void narrow_product(Model *m, const Matrix *w, const float *x, float *out) {
  if (is_quantised(w)) quantise_column(x, m->narrow->column, w->length);
  for (uint32_t r = 0; r < w->rows; r++) {
    if (is_quantised(w)) multiply_blocks(w, r, m->narrow->column, out + r);
    else multiply_floats(w, r, x, out + r);
    if (work_is_unwanted(m, w->length)) return;
  }
}

static void narrow_norm(const Model *m, const float *x, const float *weights, float *y) {
  Lanes sum = splat8(0.0f);
  const uint32_t whole = m->width / 8 * 8;
  for (uint32_t i = 0; i < whole; i += 8) sum = add8(sum, times8(load8(x + i), load8(x + i)));
  float lanes[8];
  store8(lanes, sum);
  for (uint32_t i = whole; i < m->width; i++) lanes[i % 8] = lanes[i % 8] + x[i] * x[i];
  const float mean = (float) ((double) sum8(load8(lanes)) / (double) m->width);
  const float scale = 1.0f / __builtin_sqrtf(mean + m->epsilon);
  for (uint32_t i = 0; i < m->width; i++) y[i] = (x[i] * scale) * weights[i];
}

static void narrow_rotate(const Model *m, float *x, uint32_t heads, uint32_t position) {
  const float *c = m->cosines + (size_t) position * (m->rotary / 2),
      *s = m->sines + (size_t) position * (m->rotary / 2);
  for (uint32_t h = 0; h < heads; h++, x += m->head)
    for (uint32_t j = 0; j < m->rotary / 2; j++) {
      const float a = x[2 * j], b = x[2 * j + 1];
      x[2 * j] = a * c[j] - b * s[j];
      x[2 * j + 1] = a * s[j] + b * c[j];
    }
}

static void narrow_store(Model *m, float *cells, const float *x, uint32_t cell) {
  for (uint32_t f = 0; f < kv_width(m); f++) {
    const float value = round_to_half(x[f]);
    if (!is_finite_float(value)) m->cells->is_dirty = 1;
    cells[cell_offset(m, cell, f)] = value;
  }
}

/// Attention of a token at `position` over all `cells` that are filled, later ones masked.
static void narrow_attend(Model *m, uint32_t layer, const float *query, uint32_t position, uint32_t cells, float *out) {
  float *scores = m->narrow->scores;
  const float *keys = layer_keys(m, layer), *values = layer_values(m, layer);
  for (uint32_t h = 0; h < m->heads; h++) {
    const float *q = query + h * m->head;
    const uint32_t feature = h / (m->heads / m->kv_heads) * m->head;
    Lanes largest = splat8(bits_float(0xff800000u));
    // Eight cells at a time; each of the sum's lanes is a vector over the cells.
    for (uint32_t c = 0; c < cells; c += GROUP) {
      Lanes lane[8];
      for (int l = 0; l < 8; l++) lane[l] = splat8(0.0f);
      const float *k = keys + cell_offset(m, c, feature);
      for (uint32_t f = 0; f < m->head; f++)
        lane[f % 8] = add8(lane[f % 8], times8(load8(k + f * GROUP), splat8(q[f])));
      const Lanes product = add8(add8(add8(lane[0], lane[4]), add8(lane[2], lane[6])),
          add8(add8(lane[1], lane[5]), add8(lane[3], lane[7])));
      float score[8];
      store8(score, times8(product, splat8(m->score_scale)));
      for (uint32_t j = 0; j < GROUP; j++)
        scores[c + j] = score[j] + (c + j <= position ? 0.0f : bits_float(0xff800000u));
      if (c + GROUP <= cells) largest = larger8(largest, load8(scores + c));
    }
    float max = largest8(largest);
    for (uint32_t c = cells / GROUP * GROUP; c < cells; c++) max = scores[c] > max ? scores[c] : max;
    Lanes sum = splat8(0.0f);
    for (uint32_t c = 0; c + GROUP <= cells; c += GROUP) {
      Lanes z = load8(scores + c);
      EACH z.part[i] = z.part[i] - max;
      z = exp8(z);
      store8(scores + c, z);
      sum = add8(sum, z);
    }
    float lanes[8];
    store8(lanes, sum);
    for (uint32_t c = cells / GROUP * GROUP; c < cells; c++) {
      scores[c] = exp_one(scores[c] - max);
      lanes[c % GROUP] = lanes[c % GROUP] + scores[c];
    }
    const float inverse = (float) (1.0 / (double) sum8(load8(lanes)));
    for (uint32_t c = 0; c < cells; c++) scores[c] = scores[c] * inverse;
    // Cells that are not filled weigh nothing, and count as zeros: an old value that is not finite must not reach the
    // sum.
    for (uint32_t c = cells; c % GROUP != 0; c++) scores[c] = 0.0f;
    for (uint32_t f = 0; f < m->head; f++) {
      Lanes total = splat8(0.0f);
      for (uint32_t c = 0; c < cells; c += GROUP)
          total = add8(total, times8(load8(values + cell_offset(m, c, feature + f)), load8(scores + c)));
      out[h * m->head + f] = sum8(total);
    }
    if (work_is_unwanted(m, (uint64_t) cells * m->head * 2)) return;
  }
}

static void narrow_feed_forward(Model *m, const Layer *l, float *x) {
  struct NarrowMemory *n = m->narrow;
  narrow_norm(m, x, l->feed_norm, n->y);
  narrow_product(m, &l->gate, n->y, n->gate);
  narrow_product(m, &l->up, n->y, n->up);
  for (uint32_t i = 0; i < m->feed; i++) n->gate[i] = (n->gate[i] / (1.0f + exp_one(-n->gate[i]))) * n->up[i];
  narrow_product(m, &l->down, n->gate, n->y);
  for (uint32_t i = 0; i < m->width; i++) x[i] = x[i] + n->y[i];
}

/// Feeds `count` tokens at positions from `at` on, in one decode: each layer's cells are filled before anything attends
/// to them.
static EngineResult narrow_pass(Model *m, const uint32_t *tokens, uint32_t count, uint32_t at, const Sink *sink) {
  struct NarrowMemory *n = m->narrow;
  for (uint32_t t = 0; t < count; t++) embed(m, tokens[t], n->x + (size_t) t * m->width, 1);
  for (uint32_t layer = 0; layer < m->layers_count; layer++) {
    const Layer *l = m->layers + layer;
    for (uint32_t t = 0; t < count && !m->is_stopped; t++) {
      narrow_norm(m, n->x + (size_t) t * m->width, l->attention_norm, n->y);
      narrow_product(m, &l->key, n->y, n->up);
      narrow_rotate(m, n->up, m->kv_heads, at + t);
      narrow_store(m, layer_keys(m, layer), n->up, at + t);
      narrow_product(m, &l->value, n->y, n->up);
      narrow_store(m, layer_values(m, layer), n->up, at + t);
    }
    for (uint32_t t = 0; t < count && !m->is_stopped; t++) {
      float *x = n->x + (size_t) t * m->width;
      narrow_norm(m, x, l->attention_norm, n->y);
      narrow_product(m, &l->query, n->y, n->query);
      narrow_rotate(m, n->query, m->heads, at + t);
      narrow_attend(m, layer, n->query, at + t, at + count, n->attended);
      narrow_product(m, &l->output, n->attended, n->y);
      for (uint32_t i = 0; i < m->width; i++) x[i] = x[i] + n->y[i];
      narrow_feed_forward(m, l, x);
    }
  }
  const uint32_t wanted = sink->logits != NULL ? 1 : sink->request->positions_count;
  for (uint32_t i = 0; i < wanted && !m->is_stopped; i++) {
    const uint32_t position = sink->logits != NULL ? at + count - 1 : sink->request->positions[i] - 1;
    narrow_norm(m, n->x + (size_t) (position - at) * m->width, m->output_norm, n->y);
    narrow_product(m, &m->output, n->y, n->logits);
    if (!m->is_stopped) put_logits(m, sink, i, n->logits);
  }
  return m->is_stopped ? ENGINE_STOPPED : ENGINE_DONE;
}

#undef EACH
#undef PARTS

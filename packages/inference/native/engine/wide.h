// The pass with tokens in the lanes of the vectors: `W` tokens side by side are a tile, so that every operation of the
// protocol is one operation of a register, the eight lanes of a sum are eight registers, and one scale serves eight dot
// products. Nothing is summed across lanes. Included once for each variant.
//
//   x            [tile][feature] of `vf`
//   ColumnTile   the input of a product as blocks: for block b and lane l of the sum, four integers of each token
//   WeightBlock  for each lane l, four integers of the row, in the order in which the column has them
//
// Whatever is not finite makes the pass answer NOT_FINITE: then `narrow_pass` computes it as it is written. Every place
// where a NaN or an infinity can come into being is looked at: the sums of squares, keys and values in binary16,
// queries that could overflow a score, and the logits. (Masks and maxima drop NaNs, so they must not meet any.)

#include "vectors.h"
#include "products.h"
#include "attention.h"

/// RMS norm of a tile, made ready for products with quantised weights, floats, or both. True if something is not
/// finite.
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

/// Tokens that go through the layers together.
typedef struct {
  vf *x;
  int tiles;
} Band;

/// For each tile of the band: tokens and positions in its lanes, and the rotation at them. Lanes beyond the last token
/// repeat it.
static void fill_lanes(Model *m, int tile, const uint32_t *tokens, const uint32_t *positions) {
  struct WideMemory *w = m->wide;
  const uint32_t half = m->rotary / 2;
  for (int j = 0; j < W; j++) {
    const uint32_t p = positions[j];
    ((int32_t *) (w->positions + tile))[j] = (int32_t) p;
    ((int32_t *) (w->tokens + tile))[j] = (int32_t) tokens[j];
    for (uint32_t i = 0; i < half; i++) {
      ((float *) (w->cosines + (size_t) tile * half + i))[j] = m->cosines[(size_t) p * half + i];
      ((float *) (w->sines + (size_t) tile * half + i))[j] = m->sines[(size_t) p * half + i];
    }
  }
}

/// Queries, keys or values of the first layer, from its table.
static void take_first(const Model *m, size_t offset, uint32_t count, int tiles, vf *out) {
  const struct WideMemory *w = m->wide;
  for (int t = 0; t < tiles; t++)
    for (int j = 0; j < W; j++) {
      const float *from = m->first + (size_t) ((const int32_t *) (w->tokens + t))[j] * first_width(m) + offset;
      float *to = (float *) (out + (size_t) t * count) + j;
      for (uint32_t i = 0; i < count; i++) to[(size_t) i * W] = from[i];
    }
}

/// From the attention's input to the layer's end: x in place. True if something is not finite.
static int finish_layer(Model *m, uint32_t layer, Band band) {
  struct WideMemory *w = m->wide;
  const Layer *l = m->layers + layer;
  const uint32_t half = m->rotary / 2, all = m->heads * m->head;
  int bad = 0;
  if (layer == 0 && m->first != NULL) take_first(m, 0, all, band.tiles, w->query);
  else product(m, &l->query, 0, all, &w->narrow, band.tiles, w->query, all);
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
    bad |= wide_norm(m, band.x + (size_t) t * m->width, l->feed_norm, &w->narrow, t,
        formats_of(&l->gate, &l->up, &l->up));
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
  for (uint32_t i = m->vocabulary; i-- > 0;)
    best = (vi) select(logits[i] == largest, (vf) splat_int((int32_t) i), (vf) best);
  const float *flat = (const float *) logits;
  for (uint32_t j = 0; j < count; j++) {
    if (sink->logits != NULL) {
      for (uint32_t i = 0; i < m->vocabulary; i++) sink->logits[i] = flat[i * W + j];
      continue;
    }
    const Request *r = sink->request;
    uint32_t *words = sink->words + (size_t) (index + j) * position_words(r);
    words[0] = word_of(flat[r->tokens[r->positions[index + j]] * W + j]);
    words[1] = word_of(((float *) &largest)[j]);
    words[2] = word_of(((float *) &sum)[j]);
    words[3] = (uint32_t) ((int32_t *) &best)[j];
    for (uint32_t i = 0; i < r->probes_count; i++) words[FIXED_WORDS + i] = word_of(flat[r->probes[i] * W + j]);
    put_drawn(r, index + j, &(Logits) { flat + j, W, m->vocabulary }, words);
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
    for (int c = 0; c < some; c++) {
      const vf *x = band.x + (size_t) (t + c) * m->width;
      bad |= wide_norm(m, x, m->output_norm, &w->narrow, c, quantised ? 1 : 2);
    }
    product(m, &m->output, 0, m->vocabulary, &w->narrow, some, w->logits, m->vocabulary);
    for (int c = 0; c < some && !m->is_stopped; c++) {
      const uint32_t done = (uint32_t) (t + c) * W, left = count - done < W ? count - done : W;
      bad |= put_tile(m, sink, w->logits + (size_t) c * m->vocabulary, index + done, left);
    }
  }
  return bad;
}

/// Feeds up to `BAND_TOKENS` tokens; `wanted` of the sink's positions, from `index` on, lie in them.
static int wide_band(Model *m, const uint32_t *tokens, uint32_t count, uint32_t at, const Sink *sink, uint32_t index,
    uint32_t wanted) {
  struct WideMemory *w = m->wide;
  const int tiles = (int) ((count + W - 1) / W);
  const uint32_t half = m->rotary / 2, last_layer = m->layers_count - 1;
  int bad = 0;
  for (int t = 0; t < tiles; t++) {
    uint32_t lanes[W], here[W];
    for (uint32_t j = 0; j < W; j++) {
      const uint32_t i = t * W + j < count ? t * W + j : count - 1;
      lanes[j] = at + i;
      here[j] = tokens[i];
      embed(m, tokens[i], (float *) (w->x + (size_t) t * m->width) + j, W);
    }
    fill_lanes(m, t, here, lanes);
  }
  for (uint32_t layer = 0; layer < m->layers_count && !m->is_stopped; layer++) {
    const Layer *l = m->layers + layer;
    const int is_known = layer == 0 && m->first != NULL;
    for (int t = 0; t < tiles && !is_known; t++)
      bad |= wide_norm(m, w->x + (size_t) t * m->width, l->attention_norm, &w->narrow, t,
          formats_of(&l->query, &l->key, &l->value));
    for (int values = 0; values < 2; values++) {
      if (is_known) take_first(m, first_width(m) - (values ? 1 : 2) * kv_width(m), kv_width(m), tiles, w->key);
      else product(m, values ? &l->value : &l->key, 0, kv_width(m), &w->narrow, tiles, w->key, kv_width(m));
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
    uint32_t lanes[W], here[W];
    for (uint32_t j = 0; j < W; j++) {
      const uint32_t i = index + (t * W + j < wanted ? t * W + j : wanted - 1);
      lanes[j] = sink->logits != NULL ? at + count - 1 : sink->request->positions[i] - 1;
      const uint32_t from = lanes[j] - at;
      here[j] = tokens[from];
      const float *x = (const float *) (w->x + (size_t) (from / W) * m->width) + from % W;
      for (uint32_t f = 0; f < m->width; f++) ((float *) (band.x + (size_t) t * m->width + f))[j] = x[(size_t) f * W];
    }
    fill_lanes(m, t, here, lanes);
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
    else {
      const Request *r = sink->request;
      while (index + wanted < r->positions_count && r->positions[index + wanted] - 1 < end) wanted++;
    }
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
  return m->width % BLOCK == 0 && m->feed % BLOCK == 0 && m->heads * m->head % BLOCK == 0 && m->head % 8 == 0 &&
      m->head % FEATURES_AT_ONCE == 0;
}

/// Tables of the first layer above this would not stay in a cache.
#define MAX_FIRST_FLOATS (1u << 20)

/// Makes the table of the first layer, where the vocabulary is small enough and all of it is finite.
static const char *tabulate_first(Model *m) {
  struct WideMemory *w = m->wide;
  const Layer *l = m->layers;
  const uint32_t all = m->heads * m->head, kv = kv_width(m);
  if (m->embedded == NULL || first_width(m) * m->vocabulary > MAX_FIRST_FLOATS) return NULL;
  float *table = host_allocate(sizeof(float) * first_width(m) * m->vocabulary);
  if (table == NULL) return "out of memory";
  for (uint32_t token = 0; token < m->vocabulary; token += W) {
    const uint32_t count = m->vocabulary - token < W ? m->vocabulary - token : W;
    for (uint32_t j = 0; j < W; j++) embed(m, token + (j < count ? j : 0), (float *) w->x + j, W);
    if (wide_norm(m, w->x, l->attention_norm, &w->narrow, 0, formats_of(&l->query, &l->key, &l->value))) return NULL;
    product(m, &l->query, 0, all, &w->narrow, 1, w->query, all);
    product(m, &l->key, 0, kv, &w->narrow, 1, w->key, kv);
    product(m, &l->value, 0, kv, &w->narrow, 1, w->attended, kv);
    for (uint32_t j = 0; j < count; j++) {
      float *to = table + (token + j) * first_width(m);
      for (uint32_t i = 0; i < all; i++) to[i] = ((const float *) (w->query + i))[j];
      for (uint32_t i = 0; i < kv; i++) to[all + i] = ((const float *) (w->key + i))[j];
      for (uint32_t i = 0; i < kv; i++) to[all + kv + i] = ((const float *) (w->attended + i))[j];
    }
  }
  m->first = table;
  return NULL;
}

static const char *reserve_wide(Model *m) {
  const uint32_t tokens = m->context < BAND_TOKENS ? m->context : BAND_TOKENS;
  const size_t tiles = (tokens + W - 1) / W, all = (size_t) m->heads * m->head, half = m->rotary / 2;
  const size_t longest = m->feed > all ? m->feed : all;
  struct WideMemory *w = host_allocate(sizeof *w);
  if (w == NULL) return "out of memory";
  m->wide = w;
  const struct { vf **to; size_t count; } vectors[] = {
    { &w->x, tiles * m->width }, { &w->wanted, tiles * m->width }, { &w->query, tiles * all },
    { &w->attended, tiles * all },
    { &w->key, tiles * kv_width(m) }, { &w->cosines, tiles * half }, { &w->sines, tiles * half },
    { &w->gate, tiles * BLOCK }, { &w->up, tiles * BLOCK }, { &w->logits, TILES * (size_t) m->vocabulary },
    { &w->scores, cells_of(m) + GROUP }, { &w->narrow.scales, tiles * (m->width / BLOCK) },
    { &w->narrow.floats, tiles * m->width }, { &w->wide.scales, tiles * (longest / BLOCK) },
    { &w->wide.floats, tiles * longest },
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    *vectors[i].to = host_allocate(sizeof(vf) * vectors[i].count);
    if (*vectors[i].to == NULL) return "out of memory";
  }
  const size_t widest = longest > m->width ? longest : m->width;
  w->positions = host_allocate(sizeof(vi) * tiles);
  w->tokens = host_allocate(sizeof(vi) * tiles);
  w->narrow.blocks = host_allocate(sizeof(ColumnTile) * tiles * (m->width / BLOCK));
  w->wide.blocks = host_allocate(sizeof(ColumnTile) * tiles * (longest / BLOCK));
  w->weights = host_allocate(sizeof(WeightBlock) * ROWS_AT_ONCE * (widest / BLOCK));
  w->scales = host_allocate(sizeof(float) * ROWS_AT_ONCE * (widest / BLOCK));
  w->narrow.length = m->width;
  w->wide.length = m->feed;
  if (!w->positions || !w->tokens || !w->narrow.blocks || !w->wide.blocks || !w->weights || !w->scales)
      return "out of memory";
  return tabulate_first(m);
}

#undef COLUMN_WORDS

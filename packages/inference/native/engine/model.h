// What a model is in memory.
#ifndef POAI_MODEL_H
#define POAI_MODEL_H

#include "engine.h"
#include "numbers.h"

/// Values that share a scale.
#define BLOCK 32
/// Cells of keys and values that lie side by side: [cell / GROUP][feature][GROUP].
#define GROUP 8

/// Types of tensors, by their numbers in GGUF.
typedef enum { FORMAT_F32 = 0, FORMAT_F16 = 1, FORMAT_Q4_0 = 2, FORMAT_Q8_0 = 8 } Format;

/// Rows of weights as they stand in the file, and, once they are made ready, as the variant wants them.
typedef struct {
  const uint8_t *data;
  Format format;
  uint32_t rows, length;
  size_t row_bytes;
  /// Unpacked blocks and their scales (quantised), or floats; NULL where rows are unpacked when they are used.
  void *blocks;
  float *scales;
} Matrix;

typedef struct {
  Matrix query, key, value, output, gate, up, down;
  const float *attention_norm, *feed_norm;
} Layer;

/// Where the logits of one position go: its words, or all of them.
typedef struct {
  const Request *request;
  uint32_t *words;
  float *logits;
} Sink;

/// The keys and values of one sequence: [layer][cell / GROUP][kv width][GROUP], rounded to binary16.
typedef struct {
  float *keys, *values;
  /// Some cell holds what is not finite: the next pass begins with empty cells.
  int is_dirty;
} Cells;

typedef struct Variant Variant;

struct Model {
  const Variant *variant;
  uint32_t width, heads, kv_heads, head, feed, vocabulary, context, rotary, layers_count;
  float epsilon, base, score_scale;
  Layer *layers;
  Matrix embedding, output;
  const float *output_norm;
  /// Rows of the embedding as floats, or NULL.
  float *embedded;
  /// [token][queries, keys, values of the first layer before they are rotated], which depend on the token alone; or
  /// NULL.
  float *first;
  /// [position][rotary / 2]
  float *cosines, *sines;
  /// Those of the sequence that passes go to, which is one of `sequences`.
  Cells *cells;
  Cells sequences[SEQUENCES];
  /// Multiplications since the host was asked, and what it said.
  uint64_t work;
  int is_stopped, may_be_stopped;
  /// Registers have halves that this variant does not know of.
  int has_upper_halves;
  /// Memory of the passes; that of the wide one as its variant has it.
  void *wide;
  struct NarrowMemory *narrow;
};

INLINE uint32_t kv_width(const Model *m) { return m->kv_heads * m->head; }
INLINE size_t first_width(const Model *m) { return (size_t) m->heads * m->head + 2 * (size_t) kv_width(m); }
INLINE uint32_t cells_of(const Model *m) { return (m->context + 31) / 16 * 16; }
INLINE int is_quantised(const Matrix *w) { return w->format == FORMAT_Q8_0 || w->format == FORMAT_Q4_0; }
INLINE float *layer_keys(const Model *m, uint32_t layer) {
  return m->cells->keys + (size_t) layer * cells_of(m) * kv_width(m);
}
INLINE float *layer_values(const Model *m, uint32_t layer) {
  return m->cells->values + (size_t) layer * cells_of(m) * kv_width(m);
}
INLINE size_t cell_offset(const Model *m, uint32_t cell, uint32_t feature) {
  return ((size_t) (cell / GROUP) * kv_width(m) + feature) * GROUP + cell % GROUP;
}

/// Multiplications between two questions to the host: a fraction of a millisecond.
#define WORK_BETWEEN_QUESTIONS 10000000u

/// Counts work; true once the host wants the pass to end.
static int work_is_unwanted(Model *m, uint64_t multiplications) {
  m->work += multiplications;
  if (m->work >= WORK_BETWEEN_QUESTIONS) {
    m->work = 0;
    if (m->may_be_stopped && host_wants_stop()) m->is_stopped = 1;
  }
  return m->is_stopped;
}

/// Value i of a row of weights.
static float weight_at(const Matrix *w, const uint8_t *row, uint32_t i) {
  const uint8_t *block;
  switch (w->format) {
    case FORMAT_F32: return bits_float(read_u32(row + 4 * (size_t) i));
    case FORMAT_F16: return half_to_float(read_u16(row + 2 * (size_t) i));
    case FORMAT_Q8_0:
      block = row + (size_t) (i / BLOCK) * 34;
      return half_to_float(read_u16(block)) * (float) (int8_t) block[2 + i % BLOCK];
    default:
      block = row + (size_t) (i / BLOCK) * 18;
      i %= BLOCK;
      return half_to_float(read_u16(block)) * (float) ((i < 16 ? block[2 + i] & 15 : block[i - 14] >> 4) - 8);
  }
}

/// The integers of a quantised block.
static void read_block(Format format, const uint8_t *block, int8_t *values) {
  for (int i = 0; i < 16; i++) {
    if (format == FORMAT_Q8_0) { values[i] = (int8_t) block[2 + i]; values[16 + i] = (int8_t) block[18 + i]; }
    else { values[i] = (int8_t) ((block[2 + i] & 15) - 8); values[16 + i] = (int8_t) ((block[2 + i] >> 4) - 8); }
  }
}

INLINE size_t block_bytes(Format format) { return format == FORMAT_Q8_0 ? 34 : 18; }

/// The vector of a token.
static void embed(const Model *m, uint32_t token, float *to, size_t stride) {
  if (m->embedded != NULL) {
    const float *from = m->embedded + (size_t) token * m->width;
    for (uint32_t i = 0; i < m->width; i++) to[i * stride] = from[i];
    return;
  }
  const uint8_t *row = m->embedding.data + (size_t) token * m->embedding.row_bytes;
  for (uint32_t i = 0; i < m->width; i++) to[i * stride] = weight_at(&m->embedding, row, i);
}

/// exp as the protocol writes it; of a NaN, NaN.
static float exp_one(float x) {
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  const float t = x * 0x1.715476p+0f + 0x1.8p23f, n = t - 0x1.8p23f;
  const float r = (x - n * 0x1.63p-1f) - n * -0x1.bd0106p-13f;
  float q = r * 0x1.6a23cep-10f + 0x1.123a2p-7f;
  q = q * r + 0x1.5558f2p-5f;
  q = q * r + 0x1.555492p-3f;
  q = q * r + 0x1.fffffcp-2f;
  const float p = 1.0f + (r + (r * r) * q);
  const int32_t e = (int32_t) (float_bits(t) - 0x4b400000u), h = e >> 1;
  return (p * bits_float((uint32_t) (h + 127) << 23)) * bits_float((uint32_t) (e - h + 127) << 23);
}

/// Writes the words that do not depend on a token: maximum, total weight, arg max.
static void put_summary(const float *logits, uint32_t count, uint32_t *words) {
  float maximum = logits[0], sum = 0.0f;
  uint32_t best = 0;
  for (uint32_t i = 1; i < count; i++) if (logits[i] > maximum) { maximum = logits[i]; best = i; }
  for (uint32_t i = 0; i < count; i++) sum = sum + exp_one(logits[i] - maximum);
  words[1] = word_of(maximum);
  words[2] = word_of(sum);
  words[3] = best;
}

#endif

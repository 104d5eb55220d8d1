// Reads the parts of a GGUF file that a forward pass needs, and refuses what it would compute differently from what the
// file means. Every read is bounded by the file's end. Layout: magic, version, tensors, entries; the entries; the
// tensors' table; padding; data.
#ifndef POAI_GGUF_H
#define POAI_GGUF_H

#include "model.h"

#define MAX_LAYERS 1024u
#define MAX_DIMENSION (1u << 20)
#define MAX_TENSORS 16384u
#define MAX_ENTRIES 65536u
/// Arrays inside arrays: GGUF has no use for more.
#define MAX_NESTING 2

typedef struct { const uint8_t *at, *end; const char *fault; } Reader;
typedef struct { const uint8_t *text; uint64_t length; } Text;

enum { GGUF_U32 = 4, GGUF_I32 = 5, GGUF_F32 = 6, GGUF_STRING = 8, GGUF_ARRAY = 9, GGUF_U64 = 10 };

static const uint8_t *take(Reader *r, uint64_t bytes) {
  if (r->fault != NULL || bytes > (uint64_t) (r->end - r->at)) {
    if (r->fault == NULL) r->fault = "the file ends too early";
    return NULL;
  }
  const uint8_t *from = r->at;
  r->at += bytes;
  return from;
}

static uint32_t take_u32(Reader *r) { const uint8_t *p = take(r, 4); return p == NULL ? 0 : read_u32(p); }
static uint64_t take_u64(Reader *r) { const uint8_t *p = take(r, 8); return p == NULL ? 0 : read_u64(p); }
static Text take_text(Reader *r) {
  const uint64_t length = take_u64(r);
  const uint8_t *text = take(r, length);
  return (Text) { text, text == NULL ? 0 : length };
}

static int is_text(Text text, const char *wanted) {
  uint64_t i = 0;
  while (i < text.length && wanted[i] != 0 && text.text[i] == (uint8_t) wanted[i]) i++;
  return i == text.length && wanted[i] == 0;
}

/// Bytes of a value of a scalar type, or 0.
static uint32_t scalar_bytes(uint32_t type) {
  static const uint8_t bytes[] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };
  return type < sizeof bytes ? bytes[type] : 0;
}

static void skip_value(Reader *r, uint32_t type, int nesting) {
  if (scalar_bytes(type) != 0) { take(r, scalar_bytes(type)); return; }
  if (type == GGUF_STRING) { take_text(r); return; }
  if (type != GGUF_ARRAY || nesting == MAX_NESTING) { r->fault = "the file has a value of an unknown type"; return; }
  const uint32_t of = take_u32(r);
  const uint64_t count = take_u64(r);
  if (scalar_bytes(of) != 0) {
    if (count > (uint64_t) (r->end - r->at)) r->fault = "the file ends too early";
    else take(r, count * scalar_bytes(of));
    return;
  }
  for (uint64_t i = 0; i < count && r->fault == NULL; i++) skip_value(r, of, nesting + 1);
}

/// Members that a pass depends on. 0: the file does not say.
typedef struct {
  uint32_t width, layers, feed, heads, kv_heads, key_length, value_length, rotary, vocabulary, experts, alignment;
  float epsilon, base;
  int is_llama;
} Facts;

static uint32_t take_integer(Reader *r, uint32_t type) {
  const int is_short = type == GGUF_U32 || type == GGUF_I32;
  const uint64_t value = type == GGUF_U64 ? take_u64(r) : is_short ? take_u32(r) : (uint64_t) -1;
  if (value > 0x7fffffffu) {
    if (r->fault == NULL) r->fault = "a number of the model's metadata is not usable";
    return 0;
  }
  return (uint32_t) value;
}

static void take_entry(Reader *r, Facts *facts) {
  const Text key = take_text(r);
  const uint32_t type = take_u32(r);
  if (r->fault != NULL) return;
  const struct { const char *key; uint32_t *to; } integers[] = {
    { "llama.embedding_length", &facts->width }, { "llama.block_count", &facts->layers },
    { "llama.feed_forward_length", &facts->feed }, { "llama.attention.head_count", &facts->heads },
    { "llama.attention.head_count_kv", &facts->kv_heads }, { "llama.attention.key_length", &facts->key_length },
    { "llama.attention.value_length", &facts->value_length }, { "llama.rope.dimension_count", &facts->rotary },
    { "llama.expert_count", &facts->experts }, { "general.alignment", &facts->alignment },
  };
  for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
    if (is_text(key, integers[i].key)) { *integers[i].to = take_integer(r, type); return; }
  const struct { const char *key; float *to; } floats[] = {
    { "llama.attention.layer_norm_rms_epsilon", &facts->epsilon }, { "llama.rope.freq_base", &facts->base },
  };
  for (size_t i = 0; i < sizeof floats / sizeof *floats; i++)
    if (is_text(key, floats[i].key)) {
      if (type != GGUF_F32) r->fault = "a number of the model's metadata is not usable";
      else *floats[i].to = bits_float(take_u32(r));
      return;
    }
  if (is_text(key, "general.architecture") && type == GGUF_STRING) {
    facts->is_llama = is_text(take_text(r), "llama");
    return;
  }
  if (is_text(key, "llama.rope.scaling.type") && type == GGUF_STRING) {
    if (!is_text(take_text(r), "none")) r->fault = "the model scales its rotary positions, which portable-1 does not";
    return;
  }
  if (is_text(key, "tokenizer.ggml.tokens") && type == GGUF_ARRAY && r->end - r->at >= 12) {
    const uint64_t count = read_u64(r->at + 4);
    facts->vocabulary = count > MAX_DIMENSION ? 0 : (uint32_t) count;
  }
  skip_value(r, type, 0);
}

/// A tensor of the table, found by its name.
static Matrix *find_matrix(Model *m, Text name, const float ***norm) {
  *norm = NULL;
  if (is_text(name, "token_embd.weight")) return &m->embedding;
  if (is_text(name, "output.weight")) return &m->output;
  if (is_text(name, "output_norm.weight")) { *norm = &m->output_norm; return NULL; }
  if (name.length < 6 || !is_text((Text) { name.text, 4 }, "blk.")) return NULL;
  uint32_t layer = 0;
  uint64_t i = 4;
  for (; i < name.length && name.text[i] >= '0' && name.text[i] <= '9' && layer < MAX_LAYERS; i++)
      layer = 10 * layer + name.text[i] - '0';
  if (i == 4 || layer >= m->layers_count) return NULL;
  const Text rest = { name.text + i, name.length - i };
  Layer *l = m->layers + layer;
  if (is_text(rest, ".attn_q.weight")) return &l->query;
  if (is_text(rest, ".attn_k.weight")) return &l->key;
  if (is_text(rest, ".attn_v.weight")) return &l->value;
  if (is_text(rest, ".attn_output.weight")) return &l->output;
  if (is_text(rest, ".ffn_gate.weight")) return &l->gate;
  if (is_text(rest, ".ffn_up.weight")) return &l->up;
  if (is_text(rest, ".ffn_down.weight")) return &l->down;
  if (is_text(rest, ".attn_norm.weight")) *norm = &l->attention_norm;
  if (is_text(rest, ".ffn_norm.weight")) *norm = &l->feed_norm;
  return NULL;
}

/// Bytes of a row, or 0 for what is no row of that type.
static uint64_t bytes_of_row(uint32_t format, uint64_t length) {
  switch (format) {
    case FORMAT_F32: return 4 * length;
    case FORMAT_F16: return 2 * length;
    case FORMAT_Q8_0: return length % BLOCK == 0 ? length / BLOCK * 34 : 0;
    case FORMAT_Q4_0: return length % BLOCK == 0 ? length / BLOCK * 18 : 0;
    default: return 0;
  }
}

/// Reads one row of the tensors' table. `data`: where offsets count from, known on the second reading of the table.
static void take_tensor(Reader *r, Model *m, const uint8_t *data) {
  const Text name = take_text(r);
  const uint32_t dimensions = take_u32(r);
  uint64_t size[4] = { 1, 1, 1, 1 };
  if (dimensions < 1 || dimensions > 4) {
    if (r->fault == NULL) r->fault = "a tensor has no or too many dimensions";
    return;
  }
  for (uint32_t i = 0; i < dimensions; i++) size[i] = take_u64(r);
  const uint32_t format = take_u32(r);
  const uint64_t offset = take_u64(r);
  if (r->fault != NULL || data == NULL) return;
  const float **norm;
  Matrix *matrix = find_matrix(m, name, &norm);
  if (matrix == NULL && norm == NULL) { r->fault = "the model has a tensor that portable-1 does not know"; return; }
  const uint64_t row = size[0] <= MAX_DIMENSION ? bytes_of_row(format, size[0]) : 0;
  if (row == 0 || size[1] > MAX_DIMENSION || size[2] != 1 || size[3] != 1) {
    r->fault = "a tensor has a type or shape that portable-1 does not know (F32, F16, Q8_0 and Q4_0 are known)";
    return;
  }
  if (offset > (uint64_t) (r->end - data) || row * size[1] > (uint64_t) (r->end - data) - offset) {
    r->fault = "the file ends too early";
    return;
  }
  if (norm == NULL) {
    *matrix = (Matrix) { data + offset, (Format) format, (uint32_t) size[1], (uint32_t) size[0], row, NULL, NULL };
  } else if (format != FORMAT_F32 || dimensions != 1 || size[0] != m->width) {
    r->fault = "a norm is not as wide as the model";
  } else {
    float *weights = host_allocate(sizeof(float) * m->width);
    if (weights == NULL) { r->fault = "out of memory"; return; }
    __builtin_memcpy(weights, data + offset, sizeof(float) * m->width);
    *norm = weights;
  }
}

static int has_shape(const Matrix *w, uint32_t length, uint32_t rows) {
  return w->data != NULL && w->length == length && w->rows == rows;
}

static const char *check_layers(const Model *m) {
  for (uint32_t i = 0; i < m->layers_count; i++) {
    const Layer *l = m->layers + i;
    const uint32_t all = m->heads * m->head;
    if (!has_shape(&l->query, m->width, all) || !has_shape(&l->key, m->width, kv_width(m)) ||
        !has_shape(&l->value, m->width, kv_width(m)) || !has_shape(&l->output, all, m->width) ||
        !has_shape(&l->gate, m->width, m->feed) || !has_shape(&l->up, m->width, m->feed) ||
        !has_shape(&l->down, m->feed, m->width) || l->attention_norm == NULL || l->feed_norm == NULL)
      return "a layer lacks a tensor, or one has another shape than the metadata says";
  }
  return NULL;
}

static const char *use_facts(Model *m, const Facts *f) {
  if (!f->is_llama) return "the model is not of the architecture llama";
  if (f->width == 0 || f->layers == 0 || f->feed == 0 || f->heads == 0 || f->vocabulary < 2)
      return "the model's metadata lacks its shape";
  if (f->width > MAX_DIMENSION || f->layers > MAX_LAYERS || f->feed > MAX_DIMENSION || f->heads > f->width ||
      f->experts > 0)
    return "the model has a shape that portable-1 does not know";
  m->width = f->width;
  m->layers_count = f->layers;
  m->feed = f->feed;
  m->heads = f->heads;
  m->kv_heads = f->kv_heads == 0 ? f->heads : f->kv_heads;
  m->head = f->key_length == 0 ? f->width / f->heads : f->key_length;
  m->rotary = f->rotary == 0 ? m->head : f->rotary;
  m->vocabulary = f->vocabulary;
  m->epsilon = f->epsilon;
  m->base = f->base == 0.0f ? 10000.0f : f->base;
  const uint32_t value = f->value_length == 0 ? f->width / f->heads : f->value_length;
  if (m->head == 0 || m->head > MAX_DIMENSION / m->heads || value != m->head || m->rotary > m->head ||
      m->rotary % 2 != 0 || m->heads % m->kv_heads != 0 || !(m->epsilon > 0.0f && m->epsilon < 1.0f) ||
      !(m->base >= 1.0f && is_finite_float(m->base)))
    return "the model has a shape that portable-1 does not know";
  return NULL;
}

/// Reads the whole file into `m`, whose context is set.
static const char *read_gguf(Model *m, const uint8_t *file, size_t bytes) {
  Reader r = { file, file + bytes, NULL };
  Facts facts = { 0 };
  if (take_u32(&r) != 0x46554747u) return "the file is no GGUF";
  const uint32_t version = take_u32(&r);
  if (version != 2 && version != 3) return "the file is of another version of GGUF";
  const uint64_t tensors = take_u64(&r), entries = take_u64(&r);
  if (tensors > MAX_TENSORS || entries > MAX_ENTRIES) return "the file claims too many parts";
  for (uint64_t i = 0; i < entries && r.fault == NULL; i++) take_entry(&r, &facts);
  if (r.fault != NULL) return r.fault;
  const char *fault = use_facts(m, &facts);
  if (fault != NULL) return fault;
  m->layers = host_allocate(sizeof(Layer) * m->layers_count);
  if (m->layers == NULL) return "out of memory";
  const uint8_t *table = r.at;
  for (uint64_t i = 0; i < tensors && r.fault == NULL; i++) take_tensor(&r, m, NULL);
  if (r.fault != NULL) return r.fault;
  const uint64_t alignment = facts.alignment == 0 ? 32 : facts.alignment;
  const uint64_t start = ((uint64_t) (r.at - file) + alignment - 1) / alignment * alignment;
  if (start > bytes) return "the file ends too early";
  r.at = table;
  for (uint64_t i = 0; i < tensors && r.fault == NULL; i++) take_tensor(&r, m, file + start);
  if (r.fault != NULL) return r.fault;
  if (m->output.data == NULL) m->output = m->embedding;
  if (!has_shape(&m->embedding, m->width, m->vocabulary) || !has_shape(&m->output, m->width, m->vocabulary)
      || m->output_norm == NULL)
    return "the model lacks its embedding or its output";
  return check_layers(m);
}

#endif

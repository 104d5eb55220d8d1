#include "engine.h"

#include "gguf.h"
#include "variants.h"

/// Weights that are unpacked once: what most caches hold. Larger ones are unpacked when they are used, in the memory of
/// a few rows.
#define MAX_UNPACKED_WEIGHTS (64u << 20)

static int is_same_name(const char *a, const char *b) {
  while (*a != 0 && *a == *b) { a++; b++; }
  return *a == *b;
}

const char *variant_name(uint32_t index) {
  for (uint32_t i = 0; VARIANTS[i] != NULL; i++)
    if (VARIANTS[i]->is_usable() && index-- == 0) return VARIANTS[i]->name;
  return NULL;
}

static const Variant *find_variant(const char *name) {
  for (uint32_t i = 0; VARIANTS[i] != NULL; i++)
    if (VARIANTS[i]->is_usable() && (name == NULL || is_same_name(name, VARIANTS[i]->name))) return VARIANTS[i];
  return NULL;
}

/// Calls `use` for each matrix until one fails.
static const char *each_matrix(Model *m, const char *(*use)(Model *, Matrix *)) {
  const char *fault = use(m, &m->output);
  for (uint32_t i = 0; i < m->layers_count && fault == NULL; i++) {
    Layer *l = m->layers + i;
    Matrix *all[] = { &l->query, &l->key, &l->value, &l->output, &l->gate, &l->up, &l->down };
    for (size_t j = 0; j < sizeof all / sizeof *all && fault == NULL; j++) fault = use(m, all[j]);
  }
  return fault;
}

static const char *unpack_blocks(Model *m, Matrix *w) { return is_quantised(w) ? m->variant->unpack(w) : NULL; }

/// Weights in binary16 become floats; those in binary32 stay in the file where they are aligned.
static const char *unpack_floats(Model *m, Matrix *w) {
  (void) m;
  if (is_quantised(w)) return NULL;
  if (w->format == FORMAT_F32 && (uintptr_t) w->data % sizeof(float) == 0) {
    w->blocks = (void *) (uintptr_t) w->data;
    return NULL;
  }
  float *to = host_allocate(sizeof(float) * w->rows * (size_t) w->length);
  if (to == NULL) return "out of memory";
  w->blocks = to;
  for (uint32_t r = 0; r < w->rows; r++)
    for (uint32_t i = 0; i < w->length; i++) *to++ = weight_at(w, w->data + (size_t) r * w->row_bytes, i);
  return NULL;
}

static size_t weights_of(const Model *m) {
  const size_t all = (size_t) m->heads * m->head;
  const size_t rows = 2 * all + 2 * kv_width(m) + 3 * (size_t) m->feed;
  return m->width * (m->layers_count * rows + m->vocabulary);
}

static size_t cells_bytes(const Model *m) {
  return sizeof(float) * m->layers_count * cells_of(m) * (size_t) kv_width(m);
}

uint32_t model_sequences(const Model *model) {
  const size_t fit = SEQUENCES_BYTES / (2 * cells_bytes(model));
  return fit < SEQUENCES - 1 ? (uint32_t) fit : SEQUENCES - 1;
}

/// Lets passes go to a sequence. Answers 0 where there is no memory for it.
static int use_sequence(Model *m, uint32_t sequence) {
  Cells *cells = m->sequences + sequence;
  if (cells->keys == NULL) cells->keys = host_allocate(cells_bytes(m));
  if (cells->values == NULL) cells->values = host_allocate(cells_bytes(m));
  m->cells = cells;
  return cells->keys != NULL && cells->values != NULL;
}

static const char *make_tables(Model *m) {
  const uint32_t half = m->rotary / 2;
  m->cosines = host_allocate(sizeof(float) * m->context * half);
  m->sines = host_allocate(sizeof(float) * m->context * half);
  if (!m->cosines || !m->sines || !use_sequence(m, 0)) return "out of memory";
  const float step = power(m->base, -2.0f / (float) m->rotary);
  for (uint32_t p = 0; p < m->context; p++) {
    float angle = (float) p;
    for (uint32_t j = 0; j < half; j++, angle = angle * step)
      sine_and_cosine(angle, m->sines + (size_t) p * half + j, m->cosines + (size_t) p * half + j);
  }
  if (weights_of(m) > MAX_UNPACKED_WEIGHTS) return NULL;
  float *embedded = host_allocate(sizeof(float) * m->vocabulary * (size_t) m->width);
  if (embedded == NULL) return "out of memory";
  for (uint32_t t = 0; t < m->vocabulary; t++) embed(m, t, embedded + (size_t) t * m->width, 1);
  m->embedded = embedded;
  return NULL;
}

#define MAX_CONTEXT (1u << 20)

const char *model_open(Model **model, const uint8_t *file, size_t bytes, uint32_t context, const char *variant) {
  if (context == 0 || context > MAX_CONTEXT) return "the context is empty or too long";
  Model *m = *model = host_allocate(sizeof *m);
  if (m == NULL) return "out of memory";
  m->context = context;
  m->variant = find_variant(variant);
  if (m->variant == NULL) return "this processor cannot run that variant";
#if defined(__x86_64__)
  m->has_upper_halves = has_avx();
#endif
  const char *fault = read_gguf(m, file, bytes);
  if (fault == NULL) fault = make_tables(m);
  if (fault == NULL) fault = each_matrix(m, unpack_floats);
  m->score_scale = 1.0f / __builtin_sqrtf((float) m->head);
  if (fault == NULL && m->variant->accepts(m)) {
    if (weights_of(m) <= MAX_UNPACKED_WEIGHTS) fault = each_matrix(m, unpack_blocks);
    if (fault == NULL) fault = m->variant->reserve(m);
  }
  return fault;
}

uint32_t model_vocabulary(const Model *model) { return model->vocabulary; }
const char *model_variant(const Model *model) { return model->variant->name; }

/// Forgets the cells from `at` on.
static void clear_cells(Model *m, uint32_t at) {
  for (uint32_t layer = 0; layer < m->layers_count; layer++)
    for (uint32_t c = at; c < cells_of(m); c++)
      for (uint32_t f = 0; f < kv_width(m); f++)
        layer_keys(m, layer)[cell_offset(m, c, f)] = layer_values(m, layer)[cell_offset(m, c, f)] = 0.0f;
}

/// Fewer tokens than this are fed one by one: a tile costs as much as so many of them.
#define FEWEST_WIDE_TOKENS 4

static EngineResult pass(Model *m, const uint32_t *tokens, uint32_t count, uint32_t at, const Sink *sink) {
  m->is_stopped = 0;
#if defined(__x86_64__)
  if (m->has_upper_halves) clear_upper_halves();
#endif
  if (m->cells->is_dirty) {
    clear_cells(m, at);
    if (at == 0) m->cells->is_dirty = 0;
  }
  if (m->wide != NULL && !m->cells->is_dirty && count >= FEWEST_WIDE_TOKENS) {
    const int result = m->variant->wide(m, tokens, count, at, sink);
    if (result != NOT_FINITE) return (EngineResult) result;
    clear_cells(m, at);
  }
  if (reserve_narrow(m, count) != NULL) return ENGINE_OUT_OF_MEMORY;
  return m->variant->narrow(m, tokens, count, at, sink);
}

EngineResult model_evaluate(Model *model, const Request *request, uint32_t *words) {
  const Sink sink = { request, words, NULL };
  use_sequence(model, 0);
  model->may_be_stopped = 1;
  return pass(model, request->tokens, request->tokens_count - 1, 0, &sink);
}

EngineResult model_feed(Model *model, const Feed *feed, float *logits) {
  const Sink sink = { NULL, NULL, logits };
  if (!use_sequence(model, feed->sequence)) return ENGINE_OUT_OF_MEMORY;
  model->may_be_stopped = feed->may_be_stopped;
  return pass(model, feed->tokens, feed->count, feed->at, &sink);
}

// The forward pass once more, as plainly as docs/PROTOCOL.md puts it and apart from the engine's passes, with a mistake compiled in where one
// is named (mistakes.h). Only the reader of GGUF files and the functions of tables are the engine's.
//
//   plain-pass words MODEL CONTEXT   < requests     > words of each
//   plain-pass functions             < records      > results      (see `functions` below)
//
// All is 32-bit words of this machine's byte order: a request is tokens t, positions p, probes q, then t + p + q words.
#include <stdio.h>
#include <stdlib.h>

#include "functions.h"
#include "gguf.h"

void *host_allocate(size_t bytes) { return calloc(1, bytes + 64); }
int host_wants_stop(void) { return 0; }

static void need(int ok, const char *what) { if (!ok) { fprintf(stderr, "plain-pass: %s\n", what); exit(1); } }

static int read_words(void *to, size_t count) { return fread(to, 4, count, stdin) == count; }
static void write_words(const void *from, size_t count) { need(fwrite(from, 4, count, stdout) == count, "cannot write"); }

// ---- products ----

static void unpack(Matrix *w) {
  if (!is_quantised(w)) {
    float *to = w->blocks = calloc((size_t) w->rows * w->length, sizeof *to);
    for (uint32_t r = 0; r < w->rows; r++)
      for (uint32_t i = 0; i < w->length; i++) *to++ = weight_at(w, w->data + r * w->row_bytes, i);
    return;
  }
  PlainBlock *to = w->blocks = aligned_alloc(64, ((size_t) w->rows * (w->length / BLOCK) + 1) * sizeof *to);
  for (uint32_t r = 0; r < w->rows; r++)
    for (uint32_t b = 0; b < w->length / BLOCK; b++, to++) {
      const uint8_t *block = w->data + r * w->row_bytes + b * block_bytes(w->format);
      int8_t q[BLOCK];
      read_block(w->format, block, q);
      to->scale = half_to_float(read_u16(block));
      put_integers(to, q);
    }
}

/// Of `count` vectors x, one after the other, all products with w: the row is used for each of them while it is near.
static void multiply(const Matrix *w, const float *x, uint32_t count, float *out) {
  const uint32_t blocks = w->length / BLOCK;
  if (!is_quantised(w)) {
    for (uint32_t r = 0; r < w->rows; r++)
      for (uint32_t t = 0; t < count; t++)
        out[(size_t) t * w->rows + r] =
            plain_dot((float *) w->blocks + (size_t) r * w->length, x + (size_t) t * w->length, w->length);
    return;
  }
  PlainBlock *columns = aligned_alloc(64, ((size_t) count * blocks + 1) * sizeof *columns);
  for (uint32_t b = 0; b < count * blocks; b++) {
    int8_t k[BLOCK];
    quantise(x + (size_t) b * BLOCK, &columns[b].scale, k);
    put_integers(columns + b, k);
  }
  for (uint32_t r = 0; r < w->rows; r++)
    for (uint32_t t = 0; t < count; t++)
      out[(size_t) t * w->rows + r] =
          dot_blocks((PlainBlock *) w->blocks + (size_t) r * blocks, columns + (size_t) t * blocks, blocks);
  free(columns);
}

// ---- the pass ----

/// All are [token][feature], but values [feature][token], sines and cosines [position][pair], scores of one head, logits of one position.
typedef struct {
  float *x, *y, *query, *keys, *fresh, *values, *attended, *gate, *up, *sines, *cosines, *scores, *logits;
} Memory;

static float *floats(size_t count) { return calloc(count, sizeof(float)); }

static void open_model(Model *m, Memory *n, const char *path, uint32_t context) {
  FILE *file = fopen(path, "rb");
  need(file != NULL, "no such model");
  fseek(file, 0, SEEK_END);
  const size_t bytes = (size_t) ftell(file);
  rewind(file);
  uint8_t *data = malloc(bytes);
  need(fread(data, 1, bytes, file) == bytes, "cannot read the model");
  m->context = context;
  const char *fault = read_gguf(m, data, bytes);
  need(fault == NULL, fault);
  unpack(&m->output);
  for (uint32_t i = 0; i < m->layers_count; i++) {
    Layer *l = m->layers + i;
    Matrix *all[] = { &l->query, &l->key, &l->value, &l->output, &l->gate, &l->up, &l->down };
    for (int j = 0; j < 7; j++) unpack(all[j]);
  }
  const uint32_t width = m->heads * m->head, half = m->rotary / 2;
  const size_t tokens = context;
  *n = (Memory) {
    .x = floats(tokens * m->width), .y = floats(tokens * m->width), .query = floats(tokens * width),
    .keys = floats(tokens * kv_width(m)), .fresh = floats(tokens * kv_width(m)), .values = floats(tokens * kv_width(m)),
    .attended = floats(tokens * width), .gate = floats(tokens * m->feed), .up = floats(tokens * m->feed),
    .sines = floats(tokens * half), .cosines = floats(tokens * half), .scores = floats(tokens),
    .logits = floats(m->vocabulary),
  };
  const float step = plain_pow(m->base, -2.0f / (float) m->rotary);
  for (uint32_t p = 0; p < context; p++) {
    float theta = (float) p;
    for (uint32_t j = 0; j < half; j++) {
      angle(theta, n->sines + p * half + j, n->cosines + p * half + j);
      theta = next_angle(theta, step, (float) p, m->base, (int) j, (int) m->rotary);
    }
  }
}

static void rotate_heads(const Model *m, const Memory *n, float *x, uint32_t heads, uint32_t position) {
  const uint32_t half = m->rotary / 2;
  for (uint32_t h = 0; h < heads; h++)
    for (uint32_t j = 0; j < half; j++)
      rotate_pair(x + h * m->head + 2 * j, n->sines[position * half + j], n->cosines[position * half + j]);
}

/// The attention of the token at `position`.
static void attend_to(const Model *m, Memory *n, uint32_t position) {
  const float scale = 1.0f / sqrtf((float) m->head);
  const float *query = n->query + (size_t) position * m->heads * m->head;
  float *out = n->attended + (size_t) position * m->heads * m->head;
  const uint32_t cells = position + 1;
  for (uint32_t h = 0; h < m->heads; h++) {
    const uint32_t feature = h / (m->heads / m->kv_heads) * m->head;
    for (uint32_t c = 0; c < cells; c++)
      n->scores[c] = plain_dot(n->keys + (size_t) c * kv_width(m) + feature, query + h * m->head, m->head) * scale + 0.0f;
    plain_softmax(n->scores, cells);
    for (uint32_t f = 0; f < m->head; f++)
      out[h * m->head + f] = plain_dot(n->values + (size_t) (feature + f) * m->context, n->scores, cells);
  }
}

static void norm_all(const Model *m, Memory *n, const float *weights, uint32_t count) {
  for (uint32_t t = 0; t < count; t++)
    plain_norm(n->x + (size_t) t * m->width, weights, m->epsilon, m->width, n->y + (size_t) t * m->width);
}

static void add_all(const Model *m, Memory *n, uint32_t count) {
  for (size_t i = 0; i < (size_t) count * m->width; i++) n->x[i] = n->x[i] + n->y[i];
}

/// Later tokens are absent here. They weigh nothing and change no bit while all is finite.
static void run(const Model *m, Memory *n, const uint32_t *tokens, uint32_t count) {
  const uint32_t kv = kv_width(m);
  for (uint32_t t = 0; t < count; t++) embed(m, tokens[t], n->x + (size_t) t * m->width, 1);
  for (uint32_t i = 0; i < m->layers_count; i++) {
    const Layer *l = m->layers + i;
    norm_all(m, n, l->attention_norm, count);
    multiply(&l->query, n->y, count, n->query);
    multiply(&l->key, n->y, count, n->keys);
    multiply(&l->value, n->y, count, n->fresh);
    for (uint32_t t = 0; t < count; t++) {
      float *keys = n->keys + (size_t) t * kv;
      rotate_heads(m, n, n->query + (size_t) t * m->heads * m->head, m->heads, t);
      rotate_heads(m, n, keys, m->kv_heads, t);
      for (uint32_t f = 0; f < kv; f++) {
        const float value = n->fresh[(size_t) t * kv + f];
        if (!IS(KEYS_EXACT)) keys[f] = plain_half(keys[f]);
        n->values[(size_t) f * m->context + t] = IS(VALUES_EXACT) ? value : plain_half(value);
      }
    }
    for (uint32_t t = 0; t < count; t++) attend_to(m, n, t);
    multiply(&l->output, n->attended, count, n->y);
    add_all(m, n, count);
    norm_all(m, n, l->feed_norm, count);
    multiply(&l->gate, n->y, count, n->gate);
    multiply(&l->up, n->y, count, n->up);
    for (size_t f = 0; f < (size_t) count * m->feed; f++) n->gate[f] = silu(n->gate[f]) * n->up[f];
    multiply(&l->down, n->gate, count, n->y);
    add_all(m, n, count);
  }
}

static void put_position(const Model *m, Memory *n, uint32_t position, uint32_t token, const uint32_t *probes, uint32_t count) {
  plain_norm(n->x + (size_t) (position - 1) * m->width, m->output_norm, m->epsilon, m->width, n->y);
  multiply(&m->output, n->y, 1, n->logits);
  float maximum, weight;
  uint32_t best;
  summarise(n->logits, m->vocabulary, &maximum, &weight, &best);
  const uint32_t words[] = { plain_word(n->logits[token]), plain_word(maximum), plain_word(weight), best };
  write_words(words, 4);
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t word = plain_word(n->logits[probes[i]]);
    write_words(&word, 1);
  }
}

static int evaluate_all(const char *path, uint32_t context) {
  static Model m;
  static Memory n;
  open_model(&m, &n, path, context);
  uint32_t head[3];
  while (read_words(head, 3)) {
    const uint32_t total = head[0] + head[1] + head[2];
    uint32_t *tokens = malloc(4 * (size_t) total), *positions = tokens + head[0], *probes = positions + head[1];
    need(head[0] >= 2 && head[0] - 1 <= context && read_words(tokens, total), "a request is not as it should be");
    run(&m, &n, tokens, head[0] - 1);
    for (uint32_t i = 0; i < head[1]; i++) put_position(&m, &n, positions[i], tokens[positions[i]], probes, head[2]);
    free(tokens);
    fflush(stdout);
  }
  return 0;
}

// ---- functions by themselves ----

enum { EXP, SILU, POW, SINE_COSINE, HALF, QUANTISE, DOT, BLOCK_DOT, NORM, ROTATE, SOFTMAX, SUMMARY, WORD };

/// A record: function, count n, n words; its result: count, words.
static int functions(void) {
  static float x[8192], y[8192];
  uint32_t head[2];
  while (read_words(head, 2)) {
    const uint32_t n = head[1];
    need(n <= 8192 && read_words(x, n), "a record is not as it should be");
    uint32_t out = 1, *bits = (uint32_t *) y;
    switch (head[0]) {
      case EXP: y[0] = EXP_AT(WEIGHT, x[0]); break;
      case SILU: y[0] = silu(x[0]); break;
      case POW: y[0] = plain_pow(x[0], x[1]); break;
      case SINE_COSINE: angle(x[0], y, y + 1); out = 2; break;
      case HALF: y[0] = plain_half(x[0]); break;
      case QUANTISE: {
        int8_t k[32];
        quantise(x, y, k);
        for (int i = 0; i < 32; i++) bits[1 + i] = (uint32_t) (int32_t) k[i];
        out = 33;
        break;
      }
      case DOT: y[0] = plain_dot(x, x + n / 2, n / 2); break;
      case BLOCK_DOT: {
        // For each block: the weights' scale and integers, then 32 numbers of the input.
        static PlainBlock w[64], c[64];
        for (uint32_t b = 0; b < n / 65; b++) {
          int8_t k[32];
          for (int i = 0; i < 32; i++) k[i] = (int8_t) (int32_t) float_bits(x[65 * b + 1 + i]);
          w[b].scale = x[65 * b];
          put_integers(w + b, k);
          quantise(x + 65 * b + 33, &c[b].scale, k);
          put_integers(c + b, k);
        }
        y[0] = dot_blocks(w, c, n / 65);
        break;
      }
      case NORM: plain_norm(x + 1, x + 1 + n / 2, x[0], n / 2, y); out = n / 2; break;
      case ROTATE: memcpy(y, x, 8); angle(x[2], x + 3, x + 4); rotate_pair(y, x[3], x[4]); out = 2; break;
      case SOFTMAX: memcpy(y, x, 4 * (size_t) n); plain_softmax(y, n); out = n; break;
      case SUMMARY:
        summarise(x, n, y, y + 1, bits + 2);
        for (int i = 0; i < 2; i++) bits[i] = plain_word(y[i]);
        out = 3;
        break;
      case WORD: bits[0] = plain_word(x[0]); break;
      default: need(0, "no such function");
    }
    write_words(&out, 1);
    write_words(y, out);
    fflush(stdout);
  }
  return 0;
}

int main(int count, char **arguments) {
  if (count == 4 && strcmp(arguments[1], "words") == 0) return evaluate_all(arguments[2], (uint32_t) atoi(arguments[3]));
  need(count == 2 && strcmp(arguments[1], "functions") == 0, "words MODEL CONTEXT, or functions");
  return functions();
}

// The memory of passes that go token by token.
#ifndef POAI_MEMORY_H
#define POAI_MEMORY_H

#include "model.h"

/// A column of the input as a block: what quantised weights are multiplied with.
typedef struct { int8_t values[BLOCK]; float scale; } ColumnBlock;

struct NarrowMemory {
  /// [token][width]; the others are vectors of one token.
  float *x, *y, *query, *attended, *gate, *up, *scores, *logits;
  ColumnBlock *column;
  /// For how many tokens `x` has room.
  uint32_t tokens;
};

/// The memory for passes of so many tokens: grows, and is never given back.
static const char *reserve_narrow(Model *m, uint32_t tokens) {
  struct NarrowMemory *n = m->narrow;
  if (n == NULL) {
    n = m->narrow = host_allocate(sizeof *n);
    if (n == NULL) return "out of memory";
    const uint32_t all = m->heads * m->head, longest = m->feed > all ? m->feed : all;
    const uint32_t widest = longest > m->width ? longest : m->width;
    n->y = host_allocate(sizeof(float) * m->width);
    n->query = host_allocate(sizeof(float) * all);
    n->attended = host_allocate(sizeof(float) * all);
    n->gate = host_allocate(sizeof(float) * m->feed);
    n->up = host_allocate(sizeof(float) * (m->feed > kv_width(m) ? m->feed : kv_width(m)));
    n->scores = host_allocate(sizeof(float) * cells_of(m));
    n->logits = host_allocate(sizeof(float) * m->vocabulary);
    n->column = host_allocate(sizeof(ColumnBlock) * (widest / BLOCK + 1));
    if (!n->y || !n->query || !n->attended || !n->gate || !n->up || !n->scores || !n->logits || !n->column)
        return "out of memory";
  }
  if (n->tokens >= tokens) return NULL;
  // Decoding needs one token; whatever needs more may need all.
  n->tokens = tokens == 1 ? 1 : m->context;
  n->x = host_allocate(sizeof(float) * m->width * n->tokens);
  return n->x == NULL ? "out of memory" : NULL;
}

#endif

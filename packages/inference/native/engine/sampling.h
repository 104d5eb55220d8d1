// Which token a generation draws: docs/PROTOCOL.md, "Sampling". Every operation is one of binary32.
#ifndef POAI_SAMPLING_H
#define POAI_SAMPLING_H

#include "bytes.h"
#include "keccak.h"
#include "model.h"

#define SEED_BYTES HASH_BYTES
/// Thousandths that make the temperature 1.
#define TEMPERATURE_ONE 1000u

/// The logits of one position among others: that of token t stands at `first[t * stride]`.
typedef struct {
  const float *first;
  size_t stride;
  uint32_t count;
} Logits;

INLINE float logit_at(const Logits *logits, uint32_t token) { return logits->first[token * logits->stride]; }

/// The number from 0 to below 1 that draws output token `index`: 24 bits, which binary32 holds.
static float draw_fraction(const Sampling *sampling, uint32_t index) {
  uint8_t bytes[SEED_BYTES + 4], hash[HASH_BYTES];
  put_u32be(put_bytes(bytes, sampling->seed, SEED_BYTES), index);
  keccak256(bytes, sizeof bytes, hash);
  return (float) (int32_t) ((uint32_t) hash[0] << 16 | (uint32_t) hash[1] << 8 | hash[2]) * 0x1p-24f;
}

/// The output token `index`. `best` is the lowest token with the largest logit.
static uint32_t draw_token(const Logits *logits, uint32_t best, const Sampling *sampling, uint32_t index) {
  if (sampling->temperature == 0) return best;
  const float scale = (float) TEMPERATURE_ONE / (float) sampling->temperature, maximum = logit_at(logits, best);
  float sum = 0.0f;
  for (uint32_t t = 0; t < logits->count; t++) sum = sum + exp_one((logit_at(logits, t) - maximum) * scale);
  const float limit = draw_fraction(sampling, index) * sum;
  // The same sums again: a model may have more tokens than there is room for.
  sum = 0.0f;
  for (uint32_t t = 0; t < logits->count; t++) {
    sum = sum + exp_one((logit_at(logits, t) - maximum) * scale);
    if (sum > limit) return t;
  }
  // Only where some number is infinite or none.
  return best;
}

/// Words of a position of the request.
INLINE uint32_t position_words(const Request *request) {
  return FIXED_WORDS + request->probes_count + (request->sampling != NULL);
}

/// Writes the drawn token behind the other words of the request's position `index`.
INLINE void put_drawn(const Request *request, uint32_t index, const Logits *logits, uint32_t *words) {
  if (request->sampling == NULL) return;
  words[FIXED_WORDS + request->probes_count] = draw_token(logits, words[3], request->sampling, index);
}

/// What a sink wants of the logits at its position `index`.
static void put_logits(const Model *m, const Sink *sink, uint32_t index, const float *logits) {
  if (sink->logits != NULL) {
    __builtin_memcpy(sink->logits, logits, sizeof(float) * m->vocabulary);
    return;
  }
  const Request *request = sink->request;
  uint32_t *words = sink->words + (size_t) index * position_words(request);
  put_summary(logits, m->vocabulary, words);
  words[0] = word_of(logits[request->tokens[request->positions[index]]]);
  for (uint32_t i = 0; i < request->probes_count; i++) words[FIXED_WORDS + i] = word_of(logits[request->probes[i]]);
  put_drawn(request, index, &(Logits) { logits, 1, m->vocabulary }, words);
}

#endif

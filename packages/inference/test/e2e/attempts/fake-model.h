// No model: words that depend on all of a request, for tests of what surrounds a forward pass. `fake-words.ts` says the
// same.

#include "bytes.h"
#include "engine.h"
#include "keccak.h"

static uint32_t mix(uint32_t hash, const uint32_t *values, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) hash = (hash ^ values[i]) * 0x01000193u;
  return hash;
}

/// One exam in 16 has a NaN, another one contradicts itself, one in 64 is stopped.
EngineResult model_evaluate(Model *model, const Request *request, uint32_t *words) {
  (void)model;
  uint32_t exam = mix(0x811c9dc5u, request->tokens, request->tokens_count);
  exam = mix(exam, request->positions, request->positions_count);
  exam = mix(exam, request->probes, request->probes_count);
  if (exam >> 26 == 0x1f) return ENGINE_STOPPED;
  for (uint32_t i = 0; i < request->positions_count; i++, words += FIXED_WORDS + request->probes_count) {
    uint8_t source[8], hash[HASH_BYTES];
    put_u32le(put_u32le(source, exam), i);
    keccak256(source, sizeof source, hash);
    const uint32_t salt = mix(exam, &i, 1), arg_max = hash[0], maximum = 0x40800000u + hash[1];
#define FAKE_LOGIT(token) ((token) == arg_max ? maximum : 0x40000000u + (((token) * 0x9e3779b1u + salt) & 0x7fffffu))
    words[0] = FAKE_LOGIT(request->tokens[request->positions[i]]);
    words[1] = maximum;
    words[2] = 0x3f800000u + hash[2] * 0x10000u;
    words[3] = arg_max;
    for (uint32_t k = 0; k < request->probes_count; k++) words[FIXED_WORDS + k] = FAKE_LOGIT(request->probes[k]);
    if (exam % 16 == 1 && i == 3) words[0] = 0x7fc00000u;
    if (exam % 16 == 2 && i == 3) words[2] = 0x3f7fffffu;
  }
  return ENGINE_DONE;
}

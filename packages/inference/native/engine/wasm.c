// The engine as a WebAssembly module. It imports one function, `host.wants_stop`, so nothing but tokens and weights can
// reach a bit. All addresses are offsets into `memory`, which only grows: what `allocate` gives is given for good.
#include "engine.h"

/// Declared before its first use, or the linker would look for it.
__attribute__((import_module("host"), import_name("wants_stop"))) int host_wants_stop(void);

#include "engine.c"

#include "attempt.h"
#include "generation.h"

#define EXPORT(name) __attribute__((export_name(#name))) name
#define PAGE_BYTES 65536
#define ALIGNMENT 64

/// Where the linker lets free memory begin.
extern uint8_t __heap_base;

// Clang makes calls of these. With bulk memory each is one instruction.
void *memcpy(void *restrict to, const void *restrict from, size_t bytes) { return __builtin_memcpy(to, from, bytes); }
void *memmove(void *to, const void *from, size_t bytes) { return __builtin_memmove(to, from, bytes); }
void *memset(void *to, int value, size_t bytes) { return __builtin_memset(to, value, bytes); }

int memcmp(const void *left, const void *right, size_t bytes) {
  const uint8_t *a = left, *b = right;
  for (size_t i = 0; i < bytes; i++) {
    if (a[i] != b[i]) return a[i] - b[i];
  }
  return 0;
}

/// Memory of a module begins as zeros and is never given twice.
void *host_allocate(size_t bytes) {
  static size_t next;
  if (next == 0) next = (size_t)&__heap_base;
  const size_t begin = (next + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  const size_t have = __builtin_wasm_memory_size(0) * PAGE_BYTES;
  if (begin < next || bytes > SIZE_MAX - begin) return NULL;
  const size_t end = begin + bytes;
  if (end > have && __builtin_wasm_memory_grow(0, (end - have - 1) / PAGE_BYTES + 1) == SIZE_MAX) return NULL;
  next = end;
  return (void *)begin;
}

static Model *model;

/// Zeroed memory, aligned to 64 bytes; 0 where there is none left.
void *EXPORT(allocate)(size_t bytes) { return host_allocate(bytes); }

/// Opens the model file at `file`, which stays there. Once. Answers 0, or a text that ends with a zero.
const char *EXPORT(open)(const uint8_t *file, size_t bytes, uint32_t context) {
  return model_open(&model, file, bytes, context, NULL);
}

uint32_t EXPORT(vocabulary)(void) { return model_vocabulary(model); }

/// A text that ends with a zero.
const char *EXPORT(variant)(void) { return model_variant(model); }

/// `request`: tokens t, positions p, probes q, has sampling s, then t + p + q words and, if s is 1, a Sampling; the
/// caller has checked it. Answers an EngineResult.
int EXPORT(evaluate)(const uint32_t *request, uint32_t *words) {
  const uint32_t *tokens = request + 4, *end = tokens + request[0] + request[1] + request[2];
  const Request read = {.tokens = tokens,
                        .positions = tokens + request[0],
                        .probes = tokens + request[0] + request[1],
                        .tokens_count = request[0],
                        .positions_count = request[1],
                        .probes_count = request[2],
                        .sampling = request[3] != 0 ? (const Sampling *)end : NULL};
  forget_first_sequence();
  return model_evaluate(model, &read, words);
}

/// Answers an EngineResult.
int EXPORT(feed)(const uint32_t *tokens, uint32_t count, uint32_t at, float *logits) {
  const Feed fed = {.tokens = tokens, .count = count, .at = at};
  forget_first_sequence();
  return model_feed(model, &fed, logits);
}

/// The output token `index` by these logits.
uint32_t EXPORT(draw)(const float *logits, uint32_t count, const Sampling *sampling, uint32_t index) {
  uint32_t words[FIXED_WORDS];
  put_summary(logits, count, words);
  return draw_token(&(Logits){logits, 1, count}, words[3], sampling, index);
}

/// `slice`: generation, tokens t, those of the prompt, most output tokens, stop tokens s, Sampling, then t + s words,
/// which the caller has checked. Answers 0 where there is no memory for it.
int EXPORT(begin_generation)(const uint32_t *slice) {
  const uint32_t *tokens = slice + 5 + sizeof(Sampling) / 4;
  const Slice read = {.id = slice[0],
                      .tokens_count = slice[1],
                      .prompt_count = slice[2],
                      .most = slice[3],
                      .stops_count = slice[4],
                      .sampling = *(const Sampling *)(slice + 5),
                      .tokens = tokens,
                      .stops = tokens + slice[1]};
  return begin_slice(model, &read);
}

/// `drawn` has room for DRAWN_WORDS. Answers a StepResult.
int EXPORT(step_generation)(uint32_t *drawn) { return step_slice(model, drawn); }

/// `job`: a SearchJob; `seal`: a Seal. Answers an AttemptResult.
int EXPORT(try_nonce)(const SearchJob *job, uint64_t nonce, Seal *seal) {
  if (check_job(job) != NULL) return ATTEMPT_BROKEN;
  forget_first_sequence();
  return attempt(model, job, nonce, seal);
}

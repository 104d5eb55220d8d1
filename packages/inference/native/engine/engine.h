// The engine of the domain portable-1: the forward pass of docs/PROTOCOL.md ("Arithmetic of portable-1"), and whole
// attempts at a block. Freestanding C11 in one translation unit: `worker.c` makes a program of it, `wasm.c` a
// WebAssembly module. Nothing here calls a library, reads a clock or knows of a file.
#ifndef POAI_ENGINE_H
#define POAI_ENGINE_H

#include <stddef.h>
#include <stdint.h>

// ---- what a host gives ----

/// 64-byte aligned, zeroed memory for good, or NULL.
void *host_allocate(size_t bytes);
/// Asked several times a pass. Anything but 0 ends the pass: somebody waits, or nobody wants its answer any more.
int host_wants_stop(void);

// ---- a model ----

/// Weights, made ready for one instruction set, with the memory of one sequence.
typedef struct Model Model;

/// Reads a GGUF file of the architecture `llama`. `file` must stay where it is. `context`: the longest sequence.
/// `variant`: a name of `variant_name`, or NULL for the fastest one that this processor has. Answers NULL, or what is
/// wrong with the file.
const char *model_open(Model **model, const uint8_t *file, size_t bytes, uint32_t context, const char *variant);
uint32_t model_vocabulary(const Model *model);
/// The variant that it computes with.
const char *model_variant(const Model *model);

/// The names of the variants that this program holds and this processor can run, the fastest first; NULL after the
/// last.
const char *variant_name(uint32_t index);

// ---- sequences ----

/// Sequences that a model can keep side by side. Evaluations and attempts use the first one.
#define SEQUENCES 5
/// What the others may take together; where one needs more, there is none.
#define SEQUENCES_BYTES (256u << 20)

/// How many sequences there are besides that of evaluations: their memory is taken when they are first used.
uint32_t model_sequences(const Model *model);

// ---- evaluations ----

typedef enum { ENGINE_DONE = 0, ENGINE_STOPPED = 1, ENGINE_OUT_OF_MEMORY = 3 } EngineResult;

/// How tokens are drawn: docs/PROTOCOL.md, "Sampling".
typedef struct {
  /// In thousandths; 0 is the largest logit.
  uint32_t temperature;
  uint8_t seed[32];
} Sampling;

/// A teacher-forced pass: all tokens but the last are fed. The caller has checked it: 2 or more tokens below the
/// vocabulary's size that fit into the context, ascending positions from 1 on below `tokens_count`, probes below the
/// vocabulary's size.
typedef struct {
  const uint32_t *tokens, *positions, *probes;
  uint32_t tokens_count, positions_count, probes_count;
  /// How the token at each position would be drawn, the first of them as output token 0; or NULL.
  const Sampling *sampling;
} Request;

/// Words of one position before the probes: answer, maximum, total weight, arg max.
#define FIXED_WORDS 4

/// Writes `FIXED_WORDS + probes_count` words for each position, and the drawn token where there is a sampling. -0 is written as +0 and every NaN as 0x7fc00000.
EngineResult model_evaluate(Model *model, const Request *request, uint32_t *words);

// ---- a sequence, token by token ----

/// Tokens of a sequence that are fed: `count` of them at the positions from `at` on.
typedef struct {
  const uint32_t *tokens;
  uint32_t count, at;
  /// From 0, which evaluations overwrite, to `model_sequences`.
  uint32_t sequence;
  /// Whether the host is asked.
  int may_be_stopped;
} Feed;

/// Feeds them after the `at` tokens that were fed before; writes the logits after the last one. Bits do not depend on
/// how tokens are spread over feeds. A feed that was stopped leaves the first `at` tokens as they were.
EngineResult model_feed(Model *model, const Feed *feed, float *logits);

#endif

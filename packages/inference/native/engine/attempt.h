// Whole attempts at a block: exam, forward pass, transcript, work hash. docs/PROTOCOL.md, "Seeds" and "The work".
#ifndef POAI_ATTEMPT_H
#define POAI_ATTEMPT_H

#include <stdint.h>

#include "bytes.h"
#include "engine.h"
#include "exam.h"
#include "keccak.h"
#include "transcript.h"

/// A block to mine, as far as attempts depend on it.
typedef struct {
  ExamShape exam;
  /// `target` is big-endian.
  uint8_t epoch_key[HASH_BYTES], seal_hash[HASH_BYTES], target[HASH_BYTES];
} SearchJob;

/// What a header gets from an attempt. `loss` is in micro-nats, `work_hash` big-endian.
typedef struct {
  uint64_t nonce, loss;
  uint8_t root[HASH_BYTES], work_hash[HASH_BYTES];
} Seal;

typedef enum {
  ATTEMPT_MISSED,
  /// The work hash is below the target: the seal makes a block.
  ATTEMPT_SOLVED,
  /// The model gives no finite numbers for the exam: the nonce is spent, nothing else is wrong.
  ATTEMPT_VOID,
  /// `host_wants_stop`: the nonce has not been tried.
  ATTEMPT_STOPPED,
  /// The engine contradicts itself or has no memory, or no exam of this shape can be drawn.
  ATTEMPT_BROKEN,
} AttemptResult;

/// Keep the two kinds of hashes apart from all others; the number changes with the recipe.
#define EXAM_DOMAIN "poai/exam/1"
#define WORK_DOMAIN "poai/work/1"
#define DOMAIN_BYTES 11

/// NULL, or what of the job is beyond this builder. Whoever searches also needs a model of `EXAM_VOCABULARY` tokens at
/// least, whose context holds `exam.tokens - 1`.
static const char *check_job(const SearchJob *job) { return check_exam_shape(&job->exam); }

static void hash_exam_seed(const SearchJob *job, uint64_t nonce, uint8_t *seed) {
  uint8_t bytes[DOMAIN_BYTES + 2 * HASH_BYTES + 8], *end = bytes;
  end = put_bytes(end, EXAM_DOMAIN, DOMAIN_BYTES);
  end = put_bytes(end, job->epoch_key, HASH_BYTES);
  end = put_bytes(end, job->seal_hash, HASH_BYTES);
  put_u64be(end, nonce);
  keccak256(bytes, sizeof bytes, seed);
}

static void hash_work(const SearchJob *job, Seal *seal) {
  uint8_t bytes[DOMAIN_BYTES + HASH_BYTES + 16 + HASH_BYTES], *end = bytes;
  end = put_bytes(end, WORK_DOMAIN, DOMAIN_BYTES);
  end = put_bytes(end, job->seal_hash, HASH_BYTES);
  end = put_u64be(end, seal->nonce);
  end = put_u64be(end, seal->loss);
  put_bytes(end, seal->root, HASH_BYTES);
  keccak256(bytes, sizeof bytes, seal->work_hash);
}

/// Strictly: a work hash that equals the target misses it.
static int is_below(const uint8_t *hash, const uint8_t *target) {
  uint32_t i = 0;
  while (i < HASH_BYTES - 1 && hash[i] == target[i]) i++;
  return hash[i] < target[i];
}

/// What the words of the exam's evaluation make of the nonce. `seal` is written only where the attempt missed or
/// solved.
static AttemptResult finish_attempt(const SearchJob *job, uint64_t nonce, const Evaluation *evaluation, Seal *seal) {
  Transcript transcript;
  switch (make_transcript(evaluation, &transcript)) {
    case TRANSCRIPT_NOT_FINITE: return ATTEMPT_VOID;
    case TRANSCRIPT_INCONSISTENT: return ATTEMPT_BROKEN;
    case TRANSCRIPT_MADE: break;
  }
  seal->nonce = nonce;
  seal->loss = transcript.loss;
  put_bytes(seal->root, transcript.root, HASH_BYTES);
  hash_work(job, seal);
  return is_below(seal->work_hash, job->target) ? ATTEMPT_SOLVED : ATTEMPT_MISSED;
}

/// Tries one nonce. The job has passed `check_job`. One attempt at a time: its memory is the program's.
static AttemptResult attempt(Model *model, const SearchJob *job, uint64_t nonce, Seal *seal) {
  static Exam exam;
  static uint32_t words[MAX_ANSWER_TOKENS * (FIXED_WORDS + MAX_PROBES)];
  const ExamShape *shape = &job->exam;
  uint8_t seed[HASH_BYTES];
  hash_exam_seed(job, nonce, seed);
  if (!build_exam(shape, seed, &exam)) return ATTEMPT_BROKEN;
  const Request request = {.tokens = exam.tokens,
                           .positions = exam.positions,
                           .probes = exam.probes,
                           .tokens_count = shape->tokens,
                           .positions_count = shape->answer_tokens,
                           .probes_count = shape->probes};
  const EngineResult result = model_evaluate(model, &request, words);
  if (result != ENGINE_DONE) return result == ENGINE_STOPPED ? ATTEMPT_STOPPED : ATTEMPT_BROKEN;
  const Evaluation evaluation = {&exam, shape->answer_tokens, shape->probes, words};
  return finish_attempt(job, nonce, &evaluation, seal);
}

#endif

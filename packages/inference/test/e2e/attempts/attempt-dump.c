// Runs the parts of native/engine/attempt.h on what stands on the standard input, for a test that compares them with
// the rules.
//
//   attempt-dump PART TOKENS ANSWER_TOKENS MIN_SALT_TOKENS PROBES WIDTH
//
// WIDTH: bits of the registers that hashes in batches use, at most; only x86-64 has a choice.
//
// Records come in and go out as binary, integers little-endian; see the functions for their members.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "fake-model.h"

static ExamShape shape;

/// 0 at the end of the input.
static int take(void *to, size_t bytes) { return fread(to, 1, bytes, stdin) == bytes; }
static void give(const void *from, size_t bytes) { fwrite(from, 1, bytes, stdout); }

/// seed -> whether there is an exam u32, tokens, positions, probes
static void dump_exams(void) {
  static Exam exam;
  for (uint8_t seed[HASH_BYTES]; take(seed, sizeof seed);) {
    const uint32_t is_built = (uint32_t)build_exam(&shape, seed, &exam);
    give(&is_built, sizeof is_built);
    give(exam.tokens, 4 * shape.tokens);
    give(exam.positions, 4 * shape.answer_tokens);
    give(exam.probes, 4 * shape.probes);
  }
}

/// tokens, positions, probes, words -> result u32, loss u64, root
static void dump_transcripts(void) {
  static Exam exam;
  static uint32_t words[MAX_ANSWER_TOKENS * (FIXED_WORDS + MAX_PROBES)];
  while (take(exam.tokens, 4 * shape.tokens)) {
    const size_t word_bytes = 4 * shape.answer_tokens * (FIXED_WORDS + shape.probes);
    if (!take(exam.positions, 4 * shape.answer_tokens) || !take(exam.probes, 4 * shape.probes)) abort();
    if (!take(words, word_bytes)) abort();
    const Evaluation evaluation = {&exam, shape.answer_tokens, shape.probes, words};
    Transcript transcript = {{0}, 0};
    const uint32_t result = make_transcript(&evaluation, &transcript);
    give(&result, sizeof result);
    give(&transcript.loss, sizeof transcript.loss);
    give(transcript.root, HASH_BYTES);
  }
}

/// answer, maximum, total weight -> loss in units u64
static void dump_losses(void) {
  for (uint32_t bits[3]; take(bits, sizeof bits);) {
    const uint64_t loss = token_loss(bits[0], bits[1], bits[2]);
    give(&loss, sizeof loss);
  }
}

/// length u32, bytes -> hash
static void dump_hashes(void) {
  static uint8_t bytes[4096];
  for (uint32_t length; take(&length, sizeof length);) {
    if (length > sizeof bytes || !take(bytes, length)) abort();
    uint8_t hash[HASH_BYTES];
    keccak256(bytes, length, hash);
    give(hash, sizeof hash);
  }
}

/// epoch key, seal hash, target, nonce u64 -> result u32, nonce u64, loss u64, root, work hash
static void dump_attempts(void) {
  SearchJob job = {.exam = shape};
  while (take(job.epoch_key, HASH_BYTES)) {
    uint64_t nonce;
    if (!take(job.seal_hash, HASH_BYTES) || !take(job.target, HASH_BYTES) || !take(&nonce, sizeof nonce)) abort();
    Seal seal = {0, 0, {0}, {0}};
    const uint32_t result = attempt(NULL, &job, nonce, &seal);
    give(&result, sizeof result);
    give(&seal.nonce, sizeof seal.nonce);
    give(&seal.loss, sizeof seal.loss);
    give(seal.root, HASH_BYTES);
    give(seal.work_hash, HASH_BYTES);
  }
}

/// nothing -> text
static void dump_check(void) {
  const SearchJob job = {.exam = shape};
  const char *fault = check_job(&job);
  if (fault != NULL) give(fault, strlen(fault));
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*dump)(void);
  } PARTS[] = {{"exams", dump_exams},   {"transcripts", dump_transcripts}, {"losses", dump_losses},
               {"hashes", dump_hashes}, {"attempts", dump_attempts},       {"check", dump_check}};
  if (argc != 7) return 2;
  uint32_t numbers[4];
  for (int i = 0; i < 4; i++) numbers[i] = (uint32_t)atol(argv[2 + i]);
  shape = (ExamShape){numbers[0], numbers[1], numbers[2], numbers[3]};
#if defined(__x86_64__)
  keccak_width = atoi(argv[6]) < widest_keccak() ? atoi(argv[6]) : widest_keccak();
#endif
  const SearchJob job = {.exam = shape};
  if (strcmp(argv[1], "check") != 0 && check_job(&job) != NULL) return 3;
  for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
    if (strcmp(argv[1], PARTS[i].name) == 0) return PARTS[i].dump(), 0;
  }
  return 2;
}

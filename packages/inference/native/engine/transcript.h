// From the words of an evaluation to the root and the loss: docs/PROTOCOL.md, "The transcript". Equal to
// packages/consensus/src/transcript, bit by bit.
#ifndef POAI_TRANSCRIPT_H
#define POAI_TRANSCRIPT_H

#include <stdint.h>

#include "bytes.h"
#include "engine.h"
#include "exam.h"
#include "keccak.h"
#include "loss.h"

/// Where the words of a position stand.
enum { ANSWER_WORD, MAXIMUM_WORD, TOTAL_WEIGHT_WORD, ARG_MAX_WORD, PROBES_WORD };

typedef enum {
  TRANSCRIPT_MADE,
  /// An infinite value or a NaN: the attempt makes no block.
  TRANSCRIPT_NOT_FINITE,
  /// Numbers that no model can give: the engine or the machine is broken.
  TRANSCRIPT_INCONSISTENT,
} TranscriptResult;

typedef struct {
  uint8_t root[HASH_BYTES];
  /// In micro-nats.
  uint64_t loss;
} Transcript;

/// What was asked, and the words that came back for each answer position in turn.
typedef struct {
  const Exam *exam;
  uint32_t positions, probes;
  const uint32_t *words;
} Evaluation;

static inline const uint32_t *words_of(const Evaluation *evaluation, uint32_t leaf) {
  return evaluation->words + leaf * (FIXED_WORDS + evaluation->probes);
}

static inline uint32_t token_of(const Evaluation *evaluation, uint32_t leaf) {
  return evaluation->exam->tokens[evaluation->exam->positions[leaf]];
}

// ---- checks ----

static inline int is_finite32(uint32_t bits) { return (bits & 0x7f800000) != 0x7f800000; }

/// Orders finite bits as the numbers that they stand for; 0 for both zeros.
static inline int32_t order_of(uint32_t bits) {
  return bits >> 31 == 0 ? (int32_t)bits : -(int32_t)(bits & 0x7fffffff);
}

/// The bits that are hashed: -0 as +0.
static inline uint32_t canonical_bits(uint32_t bits) { return bits == 0x80000000 ? 0 : bits; }

static int is_finite_evaluation(const Evaluation *evaluation) {
  for (uint32_t leaf = 0; leaf < evaluation->positions; leaf++) {
    const uint32_t *words = words_of(evaluation, leaf);
    for (uint32_t i = 0; i < FIXED_WORDS + evaluation->probes; i++) {
      if (i != ARG_MAX_WORD && !is_finite32(words[i])) return 0;
    }
  }
  return 1;
}

/// No logit is above the maximum; that of the arg max is the maximum; and no token below the arg max has it.
static inline int is_consistent_logit(const uint32_t *words, uint32_t token, uint32_t logit) {
  const int32_t order = order_of(logit), maximum = order_of(words[MAXIMUM_WORD]);
  return order == maximum ? token >= words[ARG_MAX_WORD] : order < maximum && token != words[ARG_MAX_WORD];
}

static int is_consistent_position(const Evaluation *evaluation, uint32_t leaf) {
  const uint32_t *words = words_of(evaluation, leaf), *probes = evaluation->exam->probes;
  const uint32_t token = token_of(evaluation, leaf);
  // The maximum itself weighs exp(0) = 1.
  if (order_of(words[TOTAL_WEIGHT_WORD]) < (int32_t)BINARY32_ONE) return 0;
  if (!is_consistent_logit(words, token, words[ANSWER_WORD])) return 0;
  for (uint32_t i = 0; i < evaluation->probes; i++) {
    const uint32_t logit = words[PROBES_WORD + i];
    if (!is_consistent_logit(words, probes[i], logit)) return 0;
    if (probes[i] == token && order_of(logit) != order_of(words[ANSWER_WORD])) return 0;
  }
  return 1;
}

static int is_consistent_evaluation(const Evaluation *evaluation) {
  for (uint32_t leaf = 0; leaf < evaluation->positions; leaf++) {
    if (!is_consistent_position(evaluation, leaf)) return 0;
  }
  return 1;
}

// ---- root ----

/// RFC 6962: keep the preimages of leaves and of inner nodes apart.
#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01
_Static_assert(1 + 4 * (2 + FIXED_WORDS + MAX_PROBES) < KECCAK_RATE, "a leaf is hashed by one permutation");

typedef uint8_t Hash[HASH_BYTES];

/// Writes the preimage of a leaf, and answers its end.
static uint8_t *put_leaf(uint8_t *to, const Evaluation *evaluation, uint32_t leaf) {
  const uint32_t *words = words_of(evaluation, leaf);
  *to++ = LEAF_PREFIX;
  to = put_u32be(to, leaf);
  to = put_u32be(to, token_of(evaluation, leaf));
  to = put_u32be(to, words[ARG_MAX_WORD]);
  to = put_u32le(to, canonical_bits(words[ANSWER_WORD]));
  to = put_u32le(to, canonical_bits(words[MAXIMUM_WORD]));
  to = put_u32le(to, canonical_bits(words[TOTAL_WEIGHT_WORD]));
  for (uint32_t i = 0; i < evaluation->probes; i++) to = put_u32le(to, canonical_bits(words[PROBES_WORD + i]));
  return to;
}

static inline uint32_t batch_of(uint32_t left) { return left < KECCAK_BATCH ? left : KECCAK_BATCH; }

static void hash_leaves(const Evaluation *evaluation, Hash *hashes) {
  KeccakBatch batch;
  for (uint32_t done = 0; done < evaluation->positions; done += KECCAK_BATCH) {
    const uint32_t count = batch_of(evaluation->positions - done);
    size_t length = 0;
    for (uint32_t k = 0; k < count; k++) {
      length = (size_t)(put_leaf(batch.blocks[k], evaluation, done + k) - batch.blocks[k]);
    }
    keccak256_batch(&batch, count, length, hashes[done]);
  }
}

/// Puts the nodes above `count` others into the places of the first of them, once these have been read.
static void hash_pairs(Hash *nodes, uint32_t count) {
  KeccakBatch batch;
  for (uint32_t done = 0; done < count / 2; done += KECCAK_BATCH) {
    const uint32_t pairs = batch_of(count / 2 - done);
    for (uint32_t k = 0; k < pairs; k++) {
      uint8_t *to = batch.blocks[k];
      *to++ = NODE_PREFIX;
      to = put_bytes(to, nodes[2 * (done + k)], HASH_BYTES);
      put_bytes(to, nodes[2 * (done + k) + 1], HASH_BYTES);
    }
    keccak256_batch(&batch, pairs, 1 + 2 * HASH_BYTES, nodes[done]);
  }
}

/// The RFC 6962 root over the leaf hashes. A last node without a partner moves up as it is.
static void hash_tree(const Evaluation *evaluation, uint8_t *root) {
  static Hash nodes[MAX_ANSWER_TOKENS];
  hash_leaves(evaluation, nodes);
  for (uint32_t count = evaluation->positions; count > 1; count = (count + 1) / 2) {
    hash_pairs(nodes, count);
    if (count % 2 == 1) put_bytes(nodes[count / 2], nodes[count - 1], HASH_BYTES);
  }
  put_bytes(root, nodes[0], HASH_BYTES);
}

// ---- all of it ----

static uint64_t evaluation_loss(const Evaluation *evaluation) {
  LossSum sum = {0, 0};
  for (uint32_t leaf = 0; leaf < evaluation->positions; leaf++) {
    const uint32_t *words = words_of(evaluation, leaf);
    add_loss(&sum, token_loss(words[ANSWER_WORD], words[MAXIMUM_WORD], words[TOTAL_WEIGHT_WORD]));
  }
  return mean_loss(&sum, evaluation->positions);
}

/// `transcript` is written only where one is made.
static TranscriptResult make_transcript(const Evaluation *evaluation, Transcript *transcript) {
  if (!is_finite_evaluation(evaluation)) return TRANSCRIPT_NOT_FINITE;
  if (!is_consistent_evaluation(evaluation)) return TRANSCRIPT_INCONSISTENT;
  hash_tree(evaluation, transcript->root);
  transcript->loss = evaluation_loss(evaluation);
  return TRANSCRIPT_MADE;
}

#endif

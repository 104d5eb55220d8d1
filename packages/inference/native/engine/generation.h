// Text, token by token. What a worker is asked for is a slice: all tokens so far, and how to go on. So any worker can go
// on where another one stopped; one that still has the tokens' keys and values goes on at once, and any other one feeds
// them again, which gives the same bits.
#ifndef POAI_GENERATION_H
#define POAI_GENERATION_H

#include "engine.h"
#include "sampling.h"

#define MAX_STOP_TOKENS 16
/// Tokens of a prompt that are fed together: a slice that is interrupted between two such feeds loses nothing.
#define FEED_TOKENS 32

/// What is asked for. The caller has checked it: 1 or more tokens of prompt, below `tokens_count` or equal to it; stop
/// tokens, at most MAX_STOP_TOKENS; and room for the rest of `most` output tokens, of which the last one is not fed.
typedef struct {
  /// Tells generations apart; not 0.
  uint32_t id;
  uint32_t tokens_count, prompt_count, most, stops_count;
  Sampling sampling;
  /// The prompt, and the output so far.
  const uint32_t *tokens;
  const uint32_t *stops;
} Slice;

typedef enum {
  /// Tokens were fed; the next one is not known yet.
  STEP_FED,
  /// A token was drawn, and more may follow.
  STEP_DRAWN,
  /// A token was drawn, and it is the last one.
  STEP_LAST,
  /// The next token's numbers are not finite: there is none.
  STEP_NOT_FINITE,
  /// `host_wants_stop`: nothing has changed.
  STEP_STOPPED,
  STEP_OUT_OF_MEMORY,
} StepResult;

/// A token that was drawn: answer, maximum, total weight, arg max, token.
#define DRAWN_WORDS (FIXED_WORDS + 1)
#define DRAWN_TOKEN FIXED_WORDS

/// What the cells of a sequence hold: the first `fed` tokens of a generation.
typedef struct {
  uint32_t generation, fed;
  uint64_t used;
  /// Its last feed was stopped: a single token goes next, whoever waits, so that all generations get on.
  int was_stopped;
} Place;

/// The slice in hand. One at a time: this memory is the program's.
static struct {
  Slice slice;
  uint32_t sequence;
  uint32_t stops[MAX_STOP_TOKENS];
  /// Room for as many tokens as the context holds, and one more.
  uint32_t *tokens;
  float *logits;
  Place places[SEQUENCES];
  uint64_t uses;
} generation;

/// Evaluations and attempts overwrite the first sequence.
static void forget_first_sequence(void) { generation.places[0].generation = 0; }

/// The sequence that holds the generation, or else the one that was unused for longest.
static uint32_t find_sequence(const Model *model, uint32_t id) {
  const uint32_t count = model_sequences(model), first = count == 0 ? 0 : 1;
  uint32_t oldest = first;
  for (uint32_t s = first; s <= count; s++) {
    if (generation.places[s].generation == id) return s;
    if (generation.places[s].used < generation.places[oldest].used) oldest = s;
  }
  generation.places[oldest] = (Place) {id, 0, 0, 0};
  return oldest;
}

/// Takes a slice in hand; it is copied. Answers 0 where there is no memory for it.
static int begin_slice(Model *model, const Slice *slice) {
  if (generation.tokens == NULL) generation.tokens = host_allocate(sizeof(uint32_t) * ((size_t) model->context + 1));
  if (generation.logits == NULL) generation.logits = host_allocate(sizeof(float) * model->vocabulary);
  if (generation.tokens == NULL || generation.logits == NULL) return 0;
  generation.slice = *slice;
  __builtin_memcpy(generation.tokens, slice->tokens, sizeof(uint32_t) * slice->tokens_count);
  for (uint32_t i = 0; i < slice->stops_count; i++) generation.stops[i] = slice->stops[i];
  generation.sequence = find_sequence(model, slice->id);
  Place *place = generation.places + generation.sequence;
  place->used = ++generation.uses;
  // The last token is always fed here: the logits after it are what is wanted.
  if (place->fed >= slice->tokens_count) place->fed = slice->tokens_count - 1;
  return 1;
}

static int is_last_token(uint32_t token, uint32_t output_count) {
  if (output_count == generation.slice.most) return 1;
  for (uint32_t i = 0; i < generation.slice.stops_count; i++) if (generation.stops[i] == token) return 1;
  return 0;
}

/// Draws the token after all others, from the logits after them.
static StepResult draw_next(const Model *model, uint32_t *drawn) {
  Slice *slice = &generation.slice;
  const float *logits = generation.logits;
  const uint32_t index = slice->tokens_count - slice->prompt_count;
  put_summary(logits, model->vocabulary, drawn);
  const uint32_t token = draw_token(&(Logits) {logits, 1, model->vocabulary}, drawn[3], &slice->sampling, index);
  drawn[0] = word_of(logits[token]);
  drawn[DRAWN_TOKEN] = token;
  for (uint32_t i = 0; i < 3; i++) if (!is_finite_float(bits_float(drawn[i]))) return STEP_NOT_FINITE;
  generation.tokens[slice->tokens_count++] = token;
  return is_last_token(token, index + 1) ? STEP_LAST : STEP_DRAWN;
}

/// Feeds what is not yet fed, a piece of it at a time, and draws the next token once all is. `drawn` has room for
/// DRAWN_WORDS.
static StepResult step_slice(Model *model, uint32_t *drawn) {
  const Slice *slice = &generation.slice;
  Place *place = generation.places + generation.sequence;
  const uint32_t left = slice->tokens_count - place->fed, most = place->was_stopped ? 1 : FEED_TOKENS;
  const Feed feed = {.tokens = generation.tokens + place->fed,
                     .count = left < most ? left : most,
                     .at = place->fed,
                     .sequence = generation.sequence,
                     .may_be_stopped = left > 1 && most > 1};
  const EngineResult result = model_feed(model, &feed, generation.logits);
  place->was_stopped = result == ENGINE_STOPPED;
  if (result == ENGINE_STOPPED) return STEP_STOPPED;
  if (result != ENGINE_DONE) return STEP_OUT_OF_MEMORY;
  place->fed += feed.count;
  return place->fed < slice->tokens_count ? STEP_FED : draw_next(model, drawn);
}

#endif

// The quiz family `word-problem`, stories of two steps: docs/PROTOCOL.md, "Quiz families". No count falls below 0.
#ifndef POAI_STORY_QUIZZES_H
#define POAI_STORY_QUIZZES_H

#include "quiz.h"
#include "random-stream.h"

static const char *const PEOPLE[8] = {"Ann", "Bob", "Eve", "Ian", "Kim", "Leo", "Mia", "Sam"};
static const char *const THINGS[4] = {"eggs", "figs", "nuts", "pies"};

/// How many of `there` go: from 1 to 9, and never more than there are.
static uint32_t draw_loss(RandomStream *stream, uint32_t there) {
  return draw_between(stream, 1, there < 9 ? there : 9);
}

static void write_step(QuizText *text, const char *words, uint32_t count) {
  write_words(text, words);
  write_number(text, count);
}

static void draw_got_then_ate(RandomStream *stream, Quiz *quiz) {
  write_words(&quiz->question, PEOPLE[draw_below(stream, 8)]);
  const uint32_t had = draw_between(stream, 2, 50);
  const uint32_t got = draw_between(stream, 1, 20);
  const uint32_t ate = draw_loss(stream, had + got);
  write_step(&quiz->question, " had ", had);
  write_step(&quiz->question, ", got ", got);
  write_step(&quiz->question, ", ate ", ate);
  write_number(&quiz->answer, had + got - ate);
}

static void draw_ate_then_got(RandomStream *stream, Quiz *quiz) {
  write_words(&quiz->question, PEOPLE[draw_below(stream, 8)]);
  const uint32_t had = draw_between(stream, 2, 50);
  const uint32_t ate = draw_loss(stream, had);
  const uint32_t got = draw_between(stream, 1, 20);
  write_step(&quiz->question, " had ", had);
  write_step(&quiz->question, ", ate ", ate);
  write_step(&quiz->question, ", got ", got);
  write_number(&quiz->answer, had - ate + got);
}

static void draw_bags(RandomStream *stream, Quiz *quiz) {
  const char *things = THINGS[draw_below(stream, 4)];
  const uint32_t bags = draw_between(stream, 2, 9);
  const uint32_t each = draw_between(stream, 2, 9);
  const uint32_t lost = draw_loss(stream, bags * each);
  write_operation(&quiz->question, bags, " bags of ", each);
  write_words(&quiz->question, " ");
  write_words(&quiz->question, things);
  write_step(&quiz->question, ", ", lost);
  write_words(&quiz->question, " lost");
  write_number(&quiz->answer, bags * each - lost);
}

static void draw_word_problem(RandomStream *stream, Quiz *quiz) {
  const uint32_t story = draw_below(stream, 3);
  if (story == 0) draw_got_then_ate(stream, quiz);
  else if (story == 1) draw_ate_then_got(stream, quiz);
  else draw_bags(stream, quiz);
  write_words(&quiz->question, ". Left?");
}

#endif

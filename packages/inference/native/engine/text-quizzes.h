// The quiz families about words and letters: docs/PROTOCOL.md, "Quiz families".
#ifndef POAI_TEXT_QUIZZES_H
#define POAI_TEXT_QUIZZES_H

#include "quiz.h"
#include "random-stream.h"

#define ALPHABET_LETTERS 26
/// Half of the alphabet, for the quizzes that count.
#define COUNTED_LETTERS 12

/// `count` characters, each of the `choices` ones from `first` on with the same chance.
static void draw_characters(RandomStream *stream, QuizText *text, uint32_t count, char first, uint32_t choices) {
  for (uint32_t i = 0; i < count; i++) write_character(text, (char)(first + (char)draw_below(stream, choices)));
}

static void draw_letters(RandomStream *stream, QuizText *text, uint32_t count) {
  draw_characters(stream, text, count, 'a', ALPHABET_LETTERS);
}

typedef struct {
  QuizText text;
  int value;
} Expression;

static void draw_term(RandomStream *stream, Expression *term) {
  const int value = draw_chance(stream, 1, 2);
  const int negated = draw_chance(stream, 1, 4);
  term->text.length = 0;
  if (negated) write_words(&term->text, "not ");
  write_words(&term->text, value ? "true" : "false");
  term->value = value != negated;
}

/// Writes the two and what joins them, and answers the value.
static int draw_join(RandomStream *stream, const Expression *left, const Expression *right, QuizText *text) {
  const int both = draw_chance(stream, 1, 2);
  write_text(text, &left->text);
  write_words(text, both ? " and " : " or ");
  write_text(text, &right->text);
  return both ? left->value && right->value : left->value || right->value;
}

static void draw_logic(RandomStream *stream, Quiz *quiz) {
  Expression left, right, pair = {{0, {0}}, 0};
  draw_term(stream, &left);
  draw_term(stream, &right);
  pair.value = draw_join(stream, &left, &right, &pair.text);
  int value = pair.value;
  if (draw_chance(stream, 1, 3)) {
    write_text(&quiz->question, &pair.text);
  } else {
    Expression group = {{0, {0}}, pair.value}, third;
    write_words(&group.text, "(");
    write_text(&group.text, &pair.text);
    write_words(&group.text, ")");
    draw_term(stream, &third);
    const int group_first = draw_chance(stream, 1, 2);
    value = draw_join(stream, group_first ? &group : &third, group_first ? &third : &group, &quiz->question);
  }
  write_words(&quiz->question, "?");
  write_words(&quiz->answer, value ? "true" : "false");
}

static void draw_reverse(RandomStream *stream, Quiz *quiz) {
  QuizText letters = {0, {0}};
  draw_letters(stream, &letters, draw_between(stream, 3, 7));
  const int asks = draw_chance(stream, 1, 4);
  if (!asks) write_words(&quiz->question, "Reverse ");
  write_text(&quiz->question, &letters);
  write_words(&quiz->question, asks ? " backwards?" : ".");
  for (uint32_t i = letters.length; i > 0; i--) write_character(&quiz->answer, letters.characters[i - 1]);
}

static void draw_count(RandomStream *stream, Quiz *quiz) {
  const char letter = (char)('a' + (char)draw_below(stream, COUNTED_LETTERS));
  const uint32_t length = draw_between(stream, 4, 7);
  uint32_t found = 0;
  write_words(&quiz->question, "Count ");
  write_character(&quiz->question, letter);
  write_words(&quiz->question, " in ");
  for (uint32_t i = 0; i < length; i++) {
    const char next = draw_chance(stream, 1, 3) ? letter : (char)('a' + (char)draw_below(stream, COUNTED_LETTERS));
    found += next == letter;
    write_character(&quiz->question, next);
  }
  write_words(&quiz->question, ".");
  write_number(&quiz->answer, found);
}

static void sort_characters(QuizText *text) {
  for (uint32_t i = 1; i < text->length; i++) {
    const char moved = text->characters[i];
    uint32_t at = i;
    for (; at > 0 && text->characters[at - 1] > moved; at--) text->characters[at] = text->characters[at - 1];
    text->characters[at] = moved;
  }
}

static void draw_sort(RandomStream *stream, Quiz *quiz) {
  if (draw_chance(stream, 1, 3)) draw_letters(stream, &quiz->answer, draw_between(stream, 3, 5));
  else draw_characters(stream, &quiz->answer, draw_between(stream, 3, 6), '0', 10);
  write_words(&quiz->question, "Sort ");
  write_text(&quiz->question, &quiz->answer);
  write_words(&quiz->question, ".");
  sort_characters(&quiz->answer);
}

static const char *const DAYS[7] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const MONTHS[12] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};

static void draw_calendar(RandomStream *stream, Quiz *quiz) {
  const int in_days = draw_chance(stream, 1, 2);
  const char *const *names = in_days ? DAYS : MONTHS;
  const uint32_t count = in_days ? 7 : 12;
  const uint32_t start = draw_below(stream, count);
  const uint32_t distance = draw_between(stream, 1, 6);
  const int after = draw_chance(stream, 2, 3);
  write_number(&quiz->question, distance);
  write_words(&quiz->question, in_days ? " day" : " month");
  write_words(&quiz->question, distance == 1 ? " " : "s ");
  write_words(&quiz->question, after ? "after " : "before ");
  write_words(&quiz->question, names[start]);
  write_words(&quiz->question, "?");
  write_words(&quiz->answer, names[(start + (after ? distance : count - distance)) % count]);
}

/// The unit again and again, from character `from` up to `to`.
static void write_repeated(QuizText *text, const QuizText *unit, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++) write_character(text, unit->characters[i % unit->length]);
}

static void write_run(QuizText *text, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++) write_character(text, (char)('a' + (char)i));
}

static void draw_pattern(RandomStream *stream, Quiz *quiz) {
  const uint32_t wanted = draw_between(stream, 2, 3);
  write_words(&quiz->question, "Next ");
  write_number(&quiz->question, wanted);
  write_words(&quiz->question, " of ");
  if (draw_chance(stream, 1, 4)) {
    const uint32_t length = draw_between(stream, 3, 4);
    const uint32_t start = draw_below(stream, ALPHABET_LETTERS - length - wanted + 1);
    write_run(&quiz->question, start, start + length);
    write_run(&quiz->answer, start + length, start + length + wanted);
  } else {
    QuizText unit = {0, {0}};
    draw_letters(stream, &unit, draw_between(stream, 2, 3));
    const uint32_t length = 2 * unit.length + draw_below(stream, unit.length);
    write_repeated(&quiz->question, &unit, 0, length);
    write_repeated(&quiz->answer, &unit, length, length + wanted);
  }
  write_words(&quiz->question, "?");
}

#endif

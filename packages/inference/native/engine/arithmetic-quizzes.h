// The quiz families about numbers: docs/PROTOCOL.md, "Quiz families". Drawings stand in statements of their own, since
// C does not say which argument of a call is computed first.
#ifndef POAI_ARITHMETIC_QUIZZES_H
#define POAI_ARITHMETIC_QUIZZES_H

#include "quiz.h"
#include "random-stream.h"

/// How many digits a number has: each entry has the same chance.
static const uint8_t ADDITION_DIGITS[10] = {1, 1, 2, 2, 2, 3, 3, 3, 3, 4};
static const uint8_t NUMBER_DIGITS[6] = {1, 2, 2, 3, 3, 3};

/// A uniform number of exactly `digits` decimal digits; 0 counts as a number of one digit.
static uint32_t draw_number(RandomStream *stream, uint32_t digits) {
  static const uint32_t LOWEST[5] = {0, 0, 10, 100, 1000}, END[5] = {0, 10, 100, 1000, 10000};
  return draw_between(stream, LOWEST[digits], END[digits] - 1);
}

static uint32_t draw_addend(RandomStream *stream) {
  return draw_number(stream, ADDITION_DIGITS[draw_below(stream, sizeof ADDITION_DIGITS)]);
}

static uint32_t draw_operand(RandomStream *stream) {
  return draw_number(stream, NUMBER_DIGITS[draw_below(stream, sizeof NUMBER_DIGITS)]);
}

static void draw_addition(RandomStream *stream, Quiz *quiz) {
  const uint32_t left = draw_addend(stream);
  const uint32_t right = draw_addend(stream);
  if (draw_chance(stream, 1, 4)) {
    write_words(&quiz->question, "Add ");
    write_operation(&quiz->question, left, " and ", right);
    write_words(&quiz->question, ".");
  } else {
    write_operation(&quiz->question, left, " + ", right);
    write_words(&quiz->question, "?");
  }
  write_number(&quiz->answer, left + right);
}

static void draw_subtraction(RandomStream *stream, Quiz *quiz) {
  const uint32_t first = draw_operand(stream);
  const uint32_t second = draw_operand(stream);
  const uint32_t larger = first < second ? second : first, smaller = first < second ? first : second;
  if (draw_chance(stream, 1, 4)) {
    write_words(&quiz->question, "Take ");
    write_operation(&quiz->question, smaller, " from ", larger);
    write_words(&quiz->question, ".");
  } else {
    write_operation(&quiz->question, larger, " - ", smaller);
    write_words(&quiz->question, "?");
  }
  write_number(&quiz->answer, larger - smaller);
}

static void draw_multiplication(RandomStream *stream, Quiz *quiz) {
  const uint32_t longer = draw_between(stream, 2, 99);
  const uint32_t shorter = draw_between(stream, 2, 9);
  const int swapped = draw_chance(stream, 1, 4);
  const char *sign = draw_chance(stream, 1, 4) ? " times " : " * ";
  write_operation(&quiz->question, swapped ? shorter : longer, sign, swapped ? longer : shorter);
  write_words(&quiz->question, "?");
  write_number(&quiz->answer, longer * shorter);
}

static void draw_modulo(RandomStream *stream, Quiz *quiz) {
  const uint32_t dividend = draw_below(stream, 200);
  const uint32_t divisor = draw_between(stream, 2, 12);
  write_operation(&quiz->question, dividend, draw_chance(stream, 1, 4) ? " % " : " mod ", divisor);
  write_words(&quiz->question, "?");
  write_number(&quiz->answer, dividend % divisor);
}

/// A number at most 9 away from `value`, and not below 0.
static uint32_t draw_near(RandomStream *stream, uint32_t value) {
  const uint32_t near = value + draw_below(stream, 19);
  return near < 9 ? 0 : near - 9;
}

static void draw_comparison(RandomStream *stream, Quiz *quiz) {
  const uint32_t left = draw_operand(stream);
  const uint32_t right = draw_chance(stream, 1, 3) ? draw_near(stream, left) : draw_operand(stream);
  const int more = draw_chance(stream, 1, 2);
  if (draw_chance(stream, 1, 2)) {
    write_operation(&quiz->question, left, more ? " > " : " < ", right);
  } else {
    write_words(&quiz->question, "Is ");
    write_operation(&quiz->question, left, more ? " more than " : " less than ", right);
  }
  write_words(&quiz->question, "?");
  write_words(&quiz->answer, (more ? left > right : left < right) ? "yes" : "no");
}

static void write_list(QuizText *text, const uint32_t *numbers, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0) write_words(text, ", ");
    write_number(text, numbers[i]);
  }
}

static void draw_extremes(RandomStream *stream, Quiz *quiz) {
  uint32_t numbers[4];
  const uint32_t count = draw_between(stream, 3, 4);
  for (uint32_t i = 0; i < count; i++) numbers[i] = draw_operand(stream);
  const int largest = draw_chance(stream, 1, 2);
  uint32_t best = numbers[0];
  for (uint32_t i = 1; i < count; i++) {
    if (largest ? numbers[i] > best : numbers[i] < best) best = numbers[i];
  }
  write_words(&quiz->question, largest ? "Max of " : "Min of ");
  write_list(&quiz->question, numbers, count);
  write_words(&quiz->question, "?");
  write_number(&quiz->answer, best);
}

static void draw_sequence(RandomStream *stream, Quiz *quiz) {
  uint32_t terms[5];
  const uint32_t lowest = draw_between(stream, 1, 60);
  const uint32_t step = draw_between(stream, 1, 12);
  const uint32_t shown = draw_between(stream, 3, 4);
  const int goes_down = draw_chance(stream, 1, 3);
  for (uint32_t i = 0; i <= shown; i++) terms[i] = lowest + (goes_down ? shown - i : i) * step;
  const int names_it = draw_chance(stream, 1, 2);
  if (names_it) write_words(&quiz->question, "Next: ");
  write_list(&quiz->question, terms, shown);
  write_words(&quiz->question, names_it ? "?" : ", then?");
  write_number(&quiz->answer, terms[shown]);
}

#endif

// A quiz and how its texts are written.
#ifndef POAI_QUIZ_H
#define POAI_QUIZ_H

#include <stdint.h>

/// The longest question and the longest answer of any family, in characters: docs/PROTOCOL.md, "Quiz families".
#define MAX_QUESTION 56
#define MAX_ANSWER 12

/// A text of at most `MAX_QUESTION` characters. The families keep to that bound; a longer text would be cut, never
/// overrun.
typedef struct {
  uint32_t length;
  char characters[MAX_QUESTION];
} QuizText;

typedef struct {
  QuizText question, answer;
} Quiz;

static inline void write_character(QuizText *text, char character) {
  if (text->length < MAX_QUESTION) text->characters[text->length++] = character;
}

static inline void write_characters(QuizText *text, const char *characters, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) write_character(text, characters[i]);
}

static inline void write_words(QuizText *text, const char *words) {
  while (*words != 0) write_character(text, *words++);
}

static inline void write_text(QuizText *text, const QuizText *other) {
  write_characters(text, other->characters, other->length);
}

/// In decimal without leading zeros.
static inline void write_number(QuizText *text, uint32_t number) {
  char digits[10];
  uint32_t first = sizeof digits;
  do digits[--first] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  write_characters(text, digits + first, (uint32_t)sizeof digits - first);
}

/// Two numbers and what stands between them, such as "12 + 3".
static inline void write_operation(QuizText *text, uint32_t left, const char *operation, uint32_t right) {
  write_number(text, left);
  write_words(text, operation);
  write_number(text, right);
}

#endif

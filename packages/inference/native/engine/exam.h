// Exams of the format bytes-1: docs/PROTOCOL.md, "The exam". Equal to packages/consensus/src/exam, token by token.
#ifndef POAI_EXAM_H
#define POAI_EXAM_H

#include <stdint.h>

#include "arithmetic-quizzes.h"
#include "quiz.h"
#include "random-stream.h"
#include "story-quizzes.h"
#include "text-quizzes.h"

/// What all exams of a network have in common.
typedef struct {
  /// Of an exam, all counted.
  uint32_t tokens;
  /// Of all answer parts together, line ends included.
  uint32_t answer_tokens;
  uint32_t min_salt_tokens;
  /// Tokens whose logits every transcript leaf records.
  uint32_t probes;
} ExamShape;

/// The most that a network may ask for (packages/core/src/network/network-params-field.ts).
#define MAX_EXAM_TOKENS 4096
#define MAX_ANSWER_TOKENS 256
#define MAX_PROBES 16

/// The byte vocabulary: 0 unknown, 1 begin of sequence, 2 end of sequence, 3 + b for the byte b.
#define EXAM_VOCABULARY 259
#define BEGIN_TOKEN 1
#define BYTE_TOKENS 3
/// Tokens that belong to no quiz, salt not counted: the begin of the sequence and the line end after the salt.
#define FRAMING_TOKENS 2

/// 64 characters, so that a symbol carries exactly 6 bits.
static const char SALT_CHARACTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
#define SALT_SYMBOLS 64

/// What stands around an empty question.
#define QUESTION_OPENING "Q: "
#define QUESTION_END "\nA: "
#define QUESTION_FRAME (sizeof QUESTION_OPENING - 1 + sizeof QUESTION_END - 1)

/// The shortest answer is a character and its line end.
#define MIN_ANSWER_PART 2
#define MAX_QUIZZES (MAX_ANSWER_TOKENS / MIN_ANSWER_PART)
#define LONGEST_QUIZ (QUESTION_FRAME + MAX_QUESTION + MAX_ANSWER + 1)

typedef struct {
  uint32_t tokens[MAX_EXAM_TOKENS];
  /// Where the answer tokens stand, ascending.
  uint32_t positions[MAX_ANSWER_TOKENS];
  uint32_t probes[MAX_PROBES];
} Exam;

/// The quizzes of an exam, as text, before their place in it is known.
typedef struct {
  uint32_t length, answered;
  /// Where the answer characters stand in `text`.
  uint32_t positions[MAX_ANSWER_TOKENS];
  char text[MAX_QUIZZES * LONGEST_QUIZ];
} QuizRun;

/// The order is a rule: a family is drawn by its index.
static void (*const QUIZ_FAMILIES[])(RandomStream *stream, Quiz *quiz) = {
    draw_addition, draw_subtraction, draw_multiplication, draw_modulo,   draw_comparison,
    draw_extremes, draw_sequence,    draw_logic,          draw_reverse,  draw_count,
    draw_sort,     draw_calendar,    draw_word_problem,   draw_pattern,
};
#define QUIZ_FAMILY_COUNT (sizeof QUIZ_FAMILIES / sizeof QUIZ_FAMILIES[0])

/// NULL, or why no exam has this shape.
static const char *check_exam_shape(const ExamShape *shape) {
  if (shape->tokens > MAX_EXAM_TOKENS) return "exam tokens: 4096 at most";
  if (shape->answer_tokens < MIN_ANSWER_PART || shape->answer_tokens > MAX_ANSWER_TOKENS) {
    return "answer tokens: 2 to 256";
  }
  if (shape->min_salt_tokens < 1 || shape->min_salt_tokens > MAX_EXAM_TOKENS) return "salt tokens: 1 to 4096";
  if (shape->probes > MAX_PROBES) return "probes: 16 at most";
  if (shape->tokens < FRAMING_TOKENS + shape->min_salt_tokens + QUESTION_FRAME + shape->answer_tokens) {
    return "exam tokens: too few for the salt, a question and the answers";
  }
  return NULL;
}

static void run_add_text(QuizRun *run, const char *text, uint32_t length) {
  __builtin_memcpy(run->text + run->length, text, length);
  run->length += length;
}

static void run_add_quiz(QuizRun *run, const Quiz *quiz) {
  run_add_text(run, QUESTION_OPENING, sizeof QUESTION_OPENING - 1);
  run_add_text(run, quiz->question.characters, quiz->question.length);
  run_add_text(run, QUESTION_END, sizeof QUESTION_END - 1);
  for (uint32_t i = 0; i <= quiz->answer.length; i++) run->positions[run->answered++] = run->length + i;
  run_add_text(run, quiz->answer.characters, quiz->answer.length);
  run_add_text(run, "\n", 1);
}

/// Draws quizzes until their answer parts fill `answer_tokens` exactly.
static void draw_quizzes(RandomStream *stream, uint32_t answer_tokens, QuizRun *run) {
  run->length = run->answered = 0;
  while (run->answered < answer_tokens && !stream->is_dry) {
    Quiz quiz;
    quiz.question.length = quiz.answer.length = 0;
    QUIZ_FAMILIES[draw_below(stream, QUIZ_FAMILY_COUNT)](stream, &quiz);
    const uint32_t answer_part = quiz.answer.length + 1, left = answer_tokens - run->answered;
    // No answer part has one token, so a single one could never be filled.
    if (answer_part <= left && left - answer_part != 1) run_add_quiz(run, &quiz);
  }
}

static void draw_probes(RandomStream *stream, uint32_t count, uint32_t *probes) {
  uint32_t drawn = 0;
  while (drawn < count && !stream->is_dry) {
    const uint32_t token = draw_below(stream, EXAM_VOCABULARY);
    uint32_t same = 0;
    while (same < drawn && probes[same] != token) same++;
    if (same == drawn) probes[drawn++] = token;
  }
}

/// Begin, salt, line end, quizzes: exactly `shape->tokens` tokens.
static void lay_out(RandomStream *stream, const ExamShape *shape, const QuizRun *run, Exam *exam) {
  const uint32_t first_quiz = shape->tokens - run->length;
  exam->tokens[0] = BEGIN_TOKEN;
  for (uint32_t i = 1; i < first_quiz - 1; i++) {
    exam->tokens[i] = BYTE_TOKENS + (uint32_t)SALT_CHARACTERS[draw_below(stream, SALT_SYMBOLS)];
  }
  exam->tokens[first_quiz - 1] = BYTE_TOKENS + '\n';
  for (uint32_t i = 0; i < run->length; i++) exam->tokens[first_quiz + i] = BYTE_TOKENS + (uint32_t)run->text[i];
  for (uint32_t i = 0; i < run->answered; i++) exam->positions[i] = first_quiz + run->positions[i];
}

/// Builds the exam of a 32-byte seed. `shape` has passed `check_exam_shape`. Answers 0 if the stream ran dry before:
/// where quizzes fit into the shape at all, no seed does that (below 2^-250).
static int build_exam(const ExamShape *shape, const uint8_t *seed, Exam *exam) {
  static QuizRun run;
  RandomStream stream;
  stream_open(&stream, seed);
  const uint32_t room = shape->tokens - FRAMING_TOKENS - shape->min_salt_tokens;
  do draw_quizzes(&stream, shape->answer_tokens, &run);
  while (run.length > room && !stream.is_dry);
  draw_probes(&stream, shape->probes, exam->probes);
  if (!stream.is_dry) lay_out(&stream, shape, &run, exam);
  return !stream.is_dry;
}

#endif

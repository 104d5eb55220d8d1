// Exams as the trainer sees them: tokens, which of them are answers, and which quiz each answer token belongs to.
#pragma once

#include <cstdint>
#include <vector>

struct QuizSpan {
  int family;
  int firstAnswer;    // index into ExamTokens::answerPositions
  int answerTokens;
};

struct ExamTokens {
  std::vector<uint16_t> tokens;
  std::vector<uint16_t> answerPositions;   // indexes of the tokens to predict, ascending; each is predicted one earlier
  std::vector<QuizSpan> quizzes;

  int fed() const { return static_cast<int>(tokens.size()) - 1; }   // the last token is only predicted
};

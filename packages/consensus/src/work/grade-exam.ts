import type { Exam, ExamQuiz } from '../exam/create-exam-builder.ts'
import { ARG_MAX_WORD, type ExamEvaluation, wordsPerPosition } from '../transcript/exam-evaluation.ts'
import { meanLossMicroNats } from '../transcript/mean-loss.ts'

/** How the model did on one quiz of an exam. */
export interface GradedQuiz {
  readonly quiz: ExamQuiz
  /** The model's own tokens, each after the expected ones before it: line end last, if it is right. */
  readonly givenTokens: readonly number[]
  /** True if every token is the expected one. */
  readonly isRight: boolean
  /** Mean over the answer's tokens. */
  readonly lossMicroNats: bigint
  /** Of each token of the answer. */
  readonly tokenLossesMicroNats: readonly bigint[]
}

/** Reads the model's own answers out of an evaluation that made a transcript. For people: no rule depends on it. */
export function gradeExam(exam: Exam, evaluation: ExamEvaluation): readonly GradedQuiz[] {
  const stride = wordsPerPosition(exam)
  let first = 0
  return exam.quizzes.map((quiz) => {
    const start = first
    first += quiz.answerTokens
    const givenTokens = Array.from(
      { length: quiz.answerTokens },
      (_, index) => evaluation.words[(start + index) * stride + ARG_MAX_WORD] as number,
    )
    return {
      quiz,
      givenTokens,
      isRight: givenTokens.every((token, index) => token === exam.tokens[quiz.firstAnswerPosition + index]),
      lossMicroNats: meanLossMicroNats(exam, evaluation, start, quiz.answerTokens),
      tokenLossesMicroNats: Array.from({ length: quiz.answerTokens }, (_, index) =>
        meanLossMicroNats(exam, evaluation, start + index, 1),
      ),
    }
  })
}

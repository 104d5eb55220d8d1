import type { RandomStream } from './random-stream.ts'

/** The longest question of any family, in characters: keeps at least two quizzes in an exam of 160 tokens. */
export const MAX_QUESTION_LENGTH = 56

/**
 * The longest answer of any family, in characters: with its line end it leaves room for another in 16 answer tokens.
 */
export const MAX_ANSWER_LENGTH = 12

/** One question and its only right answer, both in printable ASCII. The question alone decides the answer. */
export interface Quiz {
  readonly question: string
  readonly answer: string
}

/** A kind of quiz: a pure function from a random stream to a quiz. */
export interface QuizFamily {
  readonly name: string
  draw(stream: RandomStream): Quiz
}

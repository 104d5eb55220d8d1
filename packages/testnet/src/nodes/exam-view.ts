import type { JsonValue } from '@poai/core'
import { listIn, numberIn, objectIn, textIn } from './node-snapshot.ts'

/** One question of a block's exam, and what the model said. */
export interface QuizView {
  readonly family: string
  readonly question: string
  readonly expected: string
  readonly answer: string
  readonly isRight: boolean
}

/** The exam that a block was mined with. */
export interface ExamView {
  readonly number: number
  readonly hash: string
  readonly lossNats: number
  readonly quizzes: readonly QuizView[]
}

const MICRO_NATS = 1_000_000

/** Reads the result of `poai_getExam`. Undefined if the node has none for that block. */
export function parseExam(result: JsonValue): ExamView | undefined {
  const exam = objectIn(result)
  const quizzes = listIn(exam['quizzes']).map(objectIn)
  if (quizzes.length === 0) return undefined
  return {
    number: numberIn(exam['number']),
    hash: textIn(exam['hash']) ?? '',
    lossNats: numberIn(exam['lossMicroNats']) / MICRO_NATS,
    quizzes: quizzes.map((quiz) => ({
      family: textIn(quiz['family']) ?? '',
      question: textIn(quiz['question']) ?? '',
      expected: textIn(quiz['expected']) ?? '',
      answer: textIn(quiz['answer']) ?? '',
      isRight: quiz['isRight'] === true,
    })),
  }
}

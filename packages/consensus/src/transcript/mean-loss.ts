import type { Exam } from '../exam/create-exam-builder.ts'
import {
  ANSWER_WORD,
  type ExamEvaluation,
  MAXIMUM_WORD,
  TOTAL_WEIGHT_WORD,
  wordsPerPosition,
} from './exam-evaluation.ts'
import { fixedNatsOf, ONE_NAT } from './fixed-nats.ts'
import { naturalLogarithm } from './natural-logarithm.ts'

/** What one token can cost at most, in nats: keeps the mean within the header's 28 bits of micro-nats. */
const MAX_TOKEN_LOSS: bigint = 256n * ONE_NAT
const MICRO_NATS = 1_000_000n

/** The negative log-likelihood ln(totalWeight) + maximum - answer of one answer token, in units of 2^-48 nats. */
function tokenLoss(words: Uint32Array, start: number): bigint {
  const gap = fixedNatsOf(words[start + MAXIMUM_WORD] as number) - fixedNatsOf(words[start + ANSWER_WORD] as number)
  const loss = naturalLogarithm(words[start + TOTAL_WEIGHT_WORD] as number) + gap
  return loss < MAX_TOKEN_LOSS ? loss : MAX_TOKEN_LOSS
}

/**
 * The mean loss of `count` answer tokens from the one at `first` on, in micro-nats, rounded half up.
 * The evaluation is finite and consistent.
 */
export function meanLossMicroNats(exam: Exam, { words }: ExamEvaluation, first: number, count: number): bigint {
  const stride = wordsPerPosition(exam)
  let sum = 0n
  for (let leaf = first; leaf < first + count; leaf++) sum += tokenLoss(words, leaf * stride)
  const unit = BigInt(count) * ONE_NAT
  return (2n * MICRO_NATS * sum + unit) / (2n * unit)
}

import type { Exam } from '../exam/create-exam-builder.ts'

/**
 * What a model said about an exam, as one run of unsigned 32-bit integers: for each answer position in turn
 * `[answer, maximum, totalWeight, argMax, ...probes]`.
 *
 * All but `argMax`, a token id, are raw binary32 bits: the logit of the exam's own token, the largest logit of the
 * vocabulary, the sum of exp(logit - maximum) over the whole vocabulary, and the logits of the exam's probes.
 */
export interface ExamEvaluation {
  readonly words: Uint32Array
}

/** Where the members of a position stand in its words. */
export const ANSWER_WORD = 0
export const MAXIMUM_WORD = 1
export const TOTAL_WEIGHT_WORD = 2
export const ARG_MAX_WORD = 3
export const PROBES_WORD = 4

/** The tokens that a model was asked about, and where. */
export type AskedTokens = Pick<Exam, 'tokens' | 'answerPositions' | 'probes'>

/** Words of one position of an exam. */
export function wordsPerPosition(exam: Pick<Exam, 'probes'>): number {
  return PROBES_WORD + exam.probes.length
}

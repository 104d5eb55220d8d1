import type { ExamParams, NetworkParams } from '@poai/core'
import { createByteVocabulary } from '../exam/byte-vocabulary.ts'
import type { ExamBuilderOptions } from '../exam/create-exam-builder.ts'
import { QUIZ_FAMILIES_1 } from '../exam/families.ts'

/** How each format that a network may name reads text and what it asks. */
const FORMATS: Readonly<Record<ExamParams['format'], () => Pick<ExamBuilderOptions, 'vocabulary' | 'families'>>> = {
  'bytes-1': () => ({ vocabulary: createByteVocabulary(), families: QUIZ_FAMILIES_1 }),
}

/** The part of a network's parameters that says what its exams are. */
export interface ExamRules {
  readonly work: Pick<NetworkParams['work'], 'exam'>
}

/** What the exams of a network are made of: for `createExamBuilder` and `createReplayVerifier`. */
export function networkExamOptions(params: ExamRules): ExamBuilderOptions {
  const { format, tokens, answerTokens, minSaltTokens, probes } = params.work.exam
  return { ...FORMATS[format](), format: { tokens, answerTokens, minSaltTokens, probes } }
}

import type { ExamParams, WorkParams } from '@poai/core'
import { createByteVocabulary } from '../exam/byte-vocabulary.ts'
import { createExamBuilder, type ExamBuilder, type ExamBuilderOptions } from '../exam/create-exam-builder.ts'
import { QUIZ_FAMILIES_1 } from '../exam/families.ts'

/** How each exam format reads text, and what it asks. */
const FORMATS: Readonly<Record<ExamParams['format'], () => Pick<ExamBuilderOptions, 'vocabulary' | 'families'>>> = {
  'bytes-1': () => ({ vocabulary: createByteVocabulary(), families: QUIZ_FAMILIES_1 }),
}

/** The part of the rules that says what exams are. */
export interface ExamRules {
  readonly work: Pick<WorkParams, 'exam'>
}

/** What exams are made of by these rules: for `createExamBuilder`. */
export function networkExamOptions({ work }: ExamRules): ExamBuilderOptions {
  const { format, tokens, answerTokens, minSaltTokens, probes } = work.exam
  return { ...FORMATS[format](), format: { tokens, answerTokens, minSaltTokens, probes } }
}

const BUILDERS = new WeakMap<ExamParams, ExamBuilder>()

/** Builds the exams of these rules. Made once for each shape of exam. */
export function examBuilderOf({ work }: ExamRules): ExamBuilder {
  const known = BUILDERS.get(work.exam)
  if (known !== undefined) return known
  const builder = createExamBuilder(networkExamOptions({ work }))
  BUILDERS.set(work.exam, builder)
  return builder
}

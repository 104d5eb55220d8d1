/**
 * The rules of the chain: what an attempt at a block must compute, and what makes a block valid.
 *
 * @example
 * import { createByteVocabulary, createExamBuilder, EXAM_FORMAT_1, QUIZ_FAMILIES_1 } from '@poai/consensus'
 * import { keccak256, utf8ToBytes } from '@poai/core'
 * const vocabulary = createByteVocabulary()
 * const buildExam = createExamBuilder({ format: EXAM_FORMAT_1, vocabulary, families: QUIZ_FAMILIES_1 })
 * const exam = buildExam(keccak256(utf8ToBytes('any seed')))
 * exam.text // a salt line, then "Q: …\nA: …\n" a few times
 */

export { createByteVocabulary } from './exam/byte-vocabulary.ts'
export type { Exam, ExamBuilder, ExamBuilderOptions, ExamQuiz } from './exam/create-exam-builder.ts'
export { createExamBuilder } from './exam/create-exam-builder.ts'
export type { ExamErrorCode, ExamMismatch } from './exam/exam-error.ts'
export { ExamError } from './exam/exam-error.ts'
export type { ExamFormat } from './exam/exam-format.ts'
export { EXAM_FORMAT_1 } from './exam/exam-format.ts'
export type { ExamVocabulary, SaltSymbol } from './exam/exam-vocabulary.ts'
export { QUIZ_FAMILIES_1 } from './exam/families.ts'
export type { Quiz, QuizFamily } from './exam/quiz-family.ts'
export { RandomStream } from './exam/random-stream.ts'

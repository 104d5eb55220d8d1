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
export type { NoTranscript, Transcript } from './transcript/create-transcript.ts'
export { createTranscript } from './transcript/create-transcript.ts'
export type { EvaluationErrorCode } from './transcript/evaluation-error.ts'
export { EvaluationError } from './transcript/evaluation-error.ts'
export type { ExamEvaluation } from './transcript/exam-evaluation.ts'
export type { InclusionProof } from './transcript/merkle-tree.ts'
export { isIncluded, merkleRoot, proveInclusion } from './transcript/merkle-tree.ts'
export { encodeTranscriptLeaf, transcriptLeafHashes } from './transcript/transcript-leaf.ts'
export type { Attempt, AttemptOptions, AttemptSource, FinishedAttempt, VoidAttempt } from './work/attempts.ts'
export { createAttempts } from './work/attempts.ts'
export { deriveEpochKey } from './work/epoch-key.ts'
export type { EvaluateExamsOptions, ExamEvaluator, ExamPriority, ExamRequest } from './work/exam-evaluator.ts'
export { examToRequest } from './work/exam-evaluator.ts'
export type { ExamSource } from './work/exam-seed.ts'
export { deriveExamSeed } from './work/exam-seed.ts'
export type { GradedQuiz } from './work/grade-exam.ts'
export { gradeExam } from './work/grade-exam.ts'
export { networkExamOptions } from './work/network-exam.ts'
export type { ReplayVerifierDependencies } from './work/replay-verifier.ts'
export { createReplayVerifier } from './work/replay-verifier.ts'
export { validateReplay } from './work/validate-replay.ts'
export { validateWorkClaim } from './work/validate-work-claim.ts'
export { claimedWorkHash, meetsTarget, workHash } from './work/work-hash.ts'
export type { VerifyWorkOptions, WorkVerifier } from './work/work-verifier.ts'

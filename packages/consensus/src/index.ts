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

export { type ChainContext, chainContextCodec, extendContext, genesisContext } from './context/chain-context.ts'
export { epochIndex, isLastOfEpoch } from './context/epoch.ts'
export { latestPastTimestamp, medianTimestamp, type TimedChain } from './context/median-timestamp.ts'
export { type EpochParent, nextEpochKey } from './context/next-epoch-key.ts'
export { type AsertOptions, asertTarget } from './difficulty/asert-target.ts'
export { type DifficultyAnchor, nextTarget, type ScheduledBlock } from './difficulty/difficulty-schedule.ts'
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
export {
  blockLocator,
  findSharedEntry,
  type LocatorEntry,
  locatorNumbers,
  MAX_LOCATOR_ENTRIES,
} from './fork-choice/block-locator.ts'
export { type ChainWeight, isHeavier } from './fork-choice/is-heavier.ts'
export { workOfTarget } from './fork-choice/work-of-target.ts'
export { type AskedModel, answerCall, type DrawRequest } from './generation/answer-call.ts'
export { type DrawnOutput, generateAnswer } from './generation/generate-answer.ts'
export { encodeTask, type GenerationTask, requestFor, taskHash, taskOf } from './generation/generation.ts'
export { generationTree, nextHead, tokenLeafHashes } from './generation/generation-root.ts'
export {
  type AnsweredCall,
  answeredCall,
  judgeAnswer,
  replayAnswer,
  requestOfAnswer,
} from './generation/judge-answer.ts'
export { judgeOutput, type OutputVerdict } from './generation/judge-output.ts'
export type { AnsweredBlock, VerifyAnswersOptions } from './generation/verify-answers.ts'
export { type BlockReward, blockReward, type GasPayment, type RewardedBlock } from './rewards/block-reward.ts'
export { issuedThrough, maxIssuance, subsidy } from './rewards/subsidy.ts'
export { condemnsBlock } from './rules/condemns-block.ts'
export { CONSENSUS_RULES, type ConsensusRule, type RuleStage } from './rules/consensus-rules.ts'
export { gasLimitBefore } from './rules/gas-limit-before.ts'
export { type FeeParent, nextBaseFee } from './rules/next-base-fee.ts'
export { type BodyOfHeader, validateBody } from './rules/validate-body.ts'
export { type ExecutedHeader, type ExecutionOutcome, validateExecution } from './rules/validate-execution.ts'
export { type HeaderAlone, validateHeaderAlone } from './rules/validate-header-alone.ts'
export { type HeaderInContext, validateHeaderInContext } from './rules/validate-header-in-context.ts'
export type { NoTranscript, Transcript } from './transcript/create-transcript.ts'
export { createTranscript } from './transcript/create-transcript.ts'
export type { EvaluationErrorCode } from './transcript/evaluation-error.ts'
export { EvaluationError } from './transcript/evaluation-error.ts'
export type { ExamEvaluation } from './transcript/exam-evaluation.ts'
export type { InclusionProof, MerkleTree } from './transcript/merkle-tree.ts'
export { createMerkleTree, isIncluded } from './transcript/merkle-tree.ts'
export { encodeTranscriptLeaf, transcriptLeafHashes } from './transcript/transcript-leaf.ts'
export type {
  AttemptSearcher,
  NonceSpan,
  SearchJob,
  SearchOptions,
  SearchProgress,
  SearchResult,
  SearchSeal,
} from './work/attempt-search.ts'
export type {
  Attempt,
  AttemptOptions,
  AttemptSource,
  FinishedAttempt,
  HashedAttemptOptions,
  VoidAttempt,
} from './work/attempts.ts'
export { createAttempts, createHashedAttempts } from './work/attempts.ts'
export { deriveEpochKey } from './work/epoch-key.ts'
export { evaluateOne } from './work/evaluate-one.ts'
export type {
  AskedWork,
  EvaluateExamsOptions,
  ExamEvaluator,
  ExamPriority,
  ExamRequest,
} from './work/exam-evaluator.ts'
export { examToRequest, type Sampling } from './work/exam-evaluator.ts'
export type { ExamSource } from './work/exam-seed.ts'
export { deriveExamSeed } from './work/exam-seed.ts'
export type { GradedQuiz } from './work/grade-exam.ts'
export { gradeExam } from './work/grade-exam.ts'
export { MAX_EVALUATIONS } from './work/judge-twice.ts'
export { type ExamRules, examBuilderOf, networkExamOptions } from './work/network-exam.ts'
export type { ReplayVerifierDependencies } from './work/replay-verifier.ts'
export { createReplayVerifier } from './work/replay-verifier.ts'
export { validateReplay } from './work/validate-replay.ts'
export { validateWorkClaim } from './work/validate-work-claim.ts'
export { verifyBlock } from './work/verify-block.ts'
export { claimedWorkHash, meetsTarget, workHash } from './work/work-hash.ts'
export type { VerifyWorkOptions, WorkVerifier } from './work/work-verifier.ts'

import type { WorkParams } from '@poai/core'
import type { Exam } from '../exam/create-exam-builder.ts'
import type { ExamEvaluation } from '../transcript/exam-evaluation.ts'

/** What a model is asked about an exam. */
export interface ExamRequest {
  readonly tokens: Uint32Array
  /** Indexes of the tokens to predict. */
  readonly positions: Uint32Array
  /** Tokens whose logits are wanted at every position. */
  readonly probes: Uint32Array
  /**
   * Asks which token would be drawn at each position, as the answer's token of that number. It is the last word of the
   * position.
   */
  readonly sampling?: Sampling | undefined
}

/** How a token is drawn from what a model says. */
export interface Sampling {
  /** In thousandths; 0 takes the arg max. */
  readonly temperature: number
  /** 32 bytes. */
  readonly seed: Uint8Array
}

/**
 * Which goes first, in this order: a stranger's block, answers for a block that is being built, our own attempts,
 * anybody's questions.
 */
export type ExamPriority = 'verify' | 'build' | 'mine' | 'call'

/** The model and the determinism domain that an answer must come from. */
export type AskedWork = Pick<WorkParams, 'modelSha256' | 'domain'>

/** Which work is asked for, how urgently and for how long. */
export interface EvaluateExamsOptions {
  /** What the height asks for. An evaluator of another model or domain rejects. Left out: whatever it has. */
  readonly work?: AskedWork
  readonly priority?: ExamPriority
  /** Rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Earlier answers of this evaluator. Another machine or process computes this one, if there is another. */
  readonly apartFrom?: readonly ExamEvaluation[]
}

/**
 * The network's model in the network's determinism domain. Rejects with an `AppError` when it cannot answer; it never
 * guesses. An inference engine fits as it stands.
 */
export interface ExamEvaluator {
  /** Answers in the order of `requests`. */
  evaluate(requests: readonly ExamRequest[], options?: EvaluateExamsOptions): Promise<readonly ExamEvaluation[]>
}

/** The request for an exam's transcript. */
export function examToRequest({ tokens, answerPositions, probes }: Exam): ExamRequest {
  return { tokens, positions: answerPositions, probes }
}

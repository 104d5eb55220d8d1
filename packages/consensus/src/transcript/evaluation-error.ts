import { AppError, type AppErrorDetails } from '@poai/core'

/** What is wrong with the numbers of an engine. */
export type EvaluationErrorCode =
  | 'CONSENSUS_EVALUATION_SHAPE'
  | 'CONSENSUS_EVALUATION_INCONSISTENT'
  | 'CONSENSUS_EVALUATION_UNSTABLE'

/**
 * An engine gave numbers that no model can give. Says that this node's engine or memory is broken, and nothing about
 * the block that was being judged: whoever catches it cannot decide.
 */
export class EvaluationError extends AppError<EvaluationErrorCode> {
  constructor(code: EvaluationErrorCode, message: string, details: AppErrorDetails) {
    super(code, message, details)
    this.name = 'EvaluationError'
  }
}

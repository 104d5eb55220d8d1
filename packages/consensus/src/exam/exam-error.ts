import { AppError } from '@poai/core'

/** Which part of a network's exam parameters cannot work. */
export type ExamErrorCode =
  | 'CONSENSUS_EXAM_FORMAT_INVALID'
  | 'CONSENSUS_EXAM_VOCABULARY_INVALID'
  | 'CONSENSUS_EXAM_FAMILIES_INVALID'

/** What was asked for and what was found, as short texts for people. */
export interface ExamMismatch {
  readonly expected: string
  readonly actual: string
}

/**
 * The network's parameters, or the model that they name, cannot make exams: found at start-up, never caused by a peer's
 * data.
 */
export class ExamError extends AppError<ExamErrorCode> {
  constructor(code: ExamErrorCode, message: string, mismatch: ExamMismatch) {
    super(code, `${message}: expected ${mismatch.expected}, got ${mismatch.actual}`, mismatch)
    this.name = 'ExamError'
  }
}

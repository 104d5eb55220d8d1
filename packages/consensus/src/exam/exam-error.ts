/** Why an exam could not be built. `EXAM_STREAM_EXHAUSTED` is a broken invariant; the others name a wrong argument. */
export type ExamErrorCode =
  | 'EXAM_SEED_INVALID'
  | 'EXAM_FORMAT_INVALID'
  | 'EXAM_VOCABULARY_INVALID'
  | 'EXAM_FAMILIES_INVALID'
  | 'EXAM_STREAM_RANGE'
  | 'EXAM_STREAM_EXHAUSTED'

/** What was asked for and what was found, as short texts for people. */
export interface ExamMismatch {
  readonly expected: string
  readonly actual: string
}

/** Our own code or parameters are wrong: never caused by data of a peer, so never a reason to blame one. */
export class ExamError extends Error {
  override readonly name = 'ExamError'
  readonly code: ExamErrorCode
  readonly expected: string
  readonly actual: string

  constructor(code: ExamErrorCode, message: string, mismatch: ExamMismatch) {
    super(`${message}: expected ${mismatch.expected}, got ${mismatch.actual}`)
    this.code = code
    this.expected = mismatch.expected
    this.actual = mismatch.actual
  }
}

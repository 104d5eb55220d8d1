/** What an {@link AppError} can say besides its message. */
export interface AppErrorDetails {
  /** What was wanted, for a person. */
  readonly expected?: string
  /** What was found instead, for a person. */
  readonly actual?: string
  /** What to do next, one line. */
  readonly hint?: string
  readonly cause?: unknown
}

/**
 * Our surroundings failed: a disk, a model file, a setting, a child process. Retry, degrade or stop; never blame a
 * peer. `code` is contract, prefixed with its area (`STORAGE_…`, `INFERENCE_…`, `CONFIG_…`); `message` may change.
 */
export class AppError<Code extends string = string> extends Error {
  readonly code: Code
  readonly expected: string | undefined
  readonly actual: string | undefined
  readonly hint: string | undefined

  constructor(code: Code, message: string, details: AppErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'AppError'
    this.code = code
    this.expected = details.expected
    this.actual = details.actual
    this.hint = details.hint
  }
}

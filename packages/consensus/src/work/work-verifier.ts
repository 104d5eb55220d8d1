import type { Hash32, Header } from '@poai/core'
import type { AnsweredBlock, VerifyAnswersOptions } from '../generation/verify-answers.ts'

/** What a header alone does not say about its work. */
export interface VerifyWorkOptions {
  /** Of the epoch that the header's number lies in. */
  readonly epochKey: Hash32
  /** Rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** True where the caller has validated the claim, as an import does before it looks at the body. */
  readonly isClaimMet?: boolean
}

/**
 * Decides whether a header's seal is the result of the work that it claims, and whether models said what a body says
 * that they did. The verdict is final: a second look at a replay that disagrees is part of it, so nobody asks twice.
 *
 * Resolves if it is; rejects with a `RuleError` if it is not. Everything else that it rejects with, such as an
 * `AppError` of the engine or the reason of an aborted signal, means that it could not decide: never "invalid".
 */
export interface WorkVerifier {
  verify(header: Header, options: VerifyWorkOptions): Promise<void>
  verifyAnswers(block: AnsweredBlock, options: VerifyAnswersOptions): Promise<void>
}

import { RULE_VERDICTS, type RuleCode, type Verdict } from './rule-codes.ts'

/** What was wanted and what was found, where a rule compares two things. */
export interface RuleMismatch {
  readonly expected?: string | number | bigint
  readonly actual?: string | number | bigint
  readonly cause?: unknown
}

/** The data breaks a rule of the chain. Says nothing about our own surroundings: those are `AppError`s. */
export class RuleError extends Error {
  readonly code: RuleCode
  readonly expected: string | number | bigint | undefined
  readonly actual: string | number | bigint | undefined

  constructor(code: RuleCode, message: string, mismatch: RuleMismatch = {}) {
    super(message, mismatch.cause === undefined ? undefined : { cause: mismatch.cause })
    this.name = 'RuleError'
    this.code = code
    this.expected = mismatch.expected
    this.actual = mismatch.actual
  }
}

/** What the peer that sent the offending data deserves. */
export function verdictOf(error: RuleError): Verdict {
  return RULE_VERDICTS[error.code]
}

/** True if the same bytes will break the same rule forever, so that their hash may be remembered as bad. */
export function isPermanent(error: RuleError): boolean {
  return verdictOf(error) !== 'transient'
}

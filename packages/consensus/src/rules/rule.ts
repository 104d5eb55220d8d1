import { type RuleCode, RuleError } from '@poai/core'

/** What a broken rule wanted and what it found. */
export interface Mismatch {
  readonly expected: string | bigint
  readonly actual: string | bigint
}

/** One rule of the chain over some data. */
export interface Rule<Subject> {
  readonly code: RuleCode
  /** What must hold, one line for people. */
  readonly statement: string
  /** Undefined if the rule holds. Pure, and cheap next to one inference. */
  readonly check: (subject: Subject) => Mismatch | undefined
}

/** Throws a `RuleError` for the first rule that does not hold. */
export function requireRules<Subject>(rules: readonly Rule<Subject>[], subject: Subject): void {
  for (const { code, statement, check } of rules) {
    const mismatch = check(subject)
    if (mismatch !== undefined) throw new RuleError(code, `rule broken: ${statement}`, mismatch)
  }
}

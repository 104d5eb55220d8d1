import { type LaterMembers, misplacedMember, type Rules } from '@poai/core'
import type { Mismatch } from './rule.ts'

/** Undefined if a value has the later members that its rules ask for, and no other. */
export function mismatchOfMembers<Later extends object>(
  later: LaterMembers<Later>,
  subject: { readonly value: object; readonly rules: Rules },
): Mismatch | undefined {
  const misplaced = misplacedMember(later, subject)
  if (misplaced === undefined) return undefined
  const [there, missing] = [`the member ${misplaced.name}`, `no member ${misplaced.name}`]
  return misplaced.isDue ? { expected: there, actual: missing } : { expected: missing, actual: there }
}

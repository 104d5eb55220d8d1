import { type Header, RuleError } from '@poai/core'
import { claimedWorkHash, meetsTarget } from './work-hash.ts'

/**
 * Throws `WORK_CLAIM_ABOVE_TARGET` unless the header's own fields meet its target. Two hashes and no inference: it does
 * not show that anybody worked, only that a forger had to grind hashes up to the difficulty.
 */
export function validateWorkClaim(header: Header): void {
  const hash = claimedWorkHash(header)
  if (meetsTarget(hash, header.target)) return
  throw new RuleError('WORK_CLAIM_ABOVE_TARGET', 'The claimed work does not meet the target', {
    expected: `below ${header.target}`,
    actual: hash,
  })
}

import { type RuleSchedule, rulesAt } from '@poai/core'

/** A block as far as its child's base fee depends on it. */
export interface FeeParent {
  readonly number: bigint
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  readonly baseFeePerGas: bigint
}

/**
 * The base fee after `parent` (EIP-1559): it stays if the parent used its gas target (limit / elasticity), and else
 * moves by at most 1/baseFeeDivisor, in proportion. Up by at least 1 wei, or a fee below the divisor could never rise
 * again. The rules are those of the child, also for what the parent's gas target was.
 */
export function nextBaseFee(schedule: RuleSchedule, parent: FeeParent): bigint {
  const { gas } = rulesAt(schedule, parent.number + 1n)
  const gasTarget = parent.gasLimit / gas.elasticity
  const fee = parent.baseFeePerGas
  if (parent.gasUsed <= gasTarget) {
    return fee - (fee * (gasTarget - parent.gasUsed)) / gasTarget / gas.baseFeeDivisor
  }
  const rise = (fee * (parent.gasUsed - gasTarget)) / gasTarget / gas.baseFeeDivisor
  return fee + (rise === 0n ? 1n : rise)
}

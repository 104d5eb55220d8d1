import { type Header, MAX_GAS_LIMIT, type NetworkParams } from '@poai/core'
import { type Rule, requireRules } from './rule.ts'

/** A header and nothing else: shapes and sizes of members are the codec's matter. */
export interface HeaderAlone {
  readonly params: NetworkParams
  readonly header: Header
}

const numberRange: Rule<HeaderAlone> = {
  code: 'HEADER_NUMBER_RANGE',
  statement: 'only the genesis block has number 0, and it is never received',
  check: ({ header }) => (header.number > 0n ? undefined : { expected: 'at least 1', actual: header.number }),
}

const extraDataSize: Rule<HeaderAlone> = {
  code: 'HEADER_EXTRA_DATA_SIZE',
  statement: 'extra data has at most limits.extraDataBytes bytes',
  check: ({ params, header }) => {
    const { extraDataBytes } = params.limits
    const { length } = header.extraData
    return length <= extraDataBytes
      ? undefined
      : { expected: `at most ${extraDataBytes} bytes`, actual: `${length} bytes` }
  },
}

/**
 * The exact target is known only behind the parent; this much keeps the work claim from meaning nothing before that.
 */
const targetRange: Rule<HeaderAlone> = {
  code: 'HEADER_TARGET_RANGE',
  statement: 'the target is from 1 to difficulty.easiestTarget',
  check: ({ params, header }) => {
    const { easiestTarget } = params.difficulty
    return header.target > 0n && header.target <= easiestTarget
      ? undefined
      : { expected: `1 to ${easiestTarget}`, actual: header.target }
  },
}

const gasLimitRange: Rule<HeaderAlone> = {
  code: 'HEADER_GAS_LIMIT_RANGE',
  statement: 'the gas limit is from gas.minLimit to MAX_GAS_LIMIT',
  check: ({ params, header }) => {
    const { minLimit } = params.gas
    return header.gasLimit >= minLimit && header.gasLimit <= MAX_GAS_LIMIT
      ? undefined
      : { expected: `${minLimit} to ${MAX_GAS_LIMIT}`, actual: header.gasLimit }
  },
}

const gasUsedRange: Rule<HeaderAlone> = {
  code: 'HEADER_GAS_USED_RANGE',
  statement: 'a block uses at most its gas limit',
  check: ({ header }) =>
    header.gasUsed <= header.gasLimit ? undefined : { expected: `at most ${header.gasLimit}`, actual: header.gasUsed },
}

/** In the order in which they are tried. */
export const HEADER_ALONE_RULES: readonly Rule<HeaderAlone>[] = [
  numberRange,
  extraDataSize,
  targetRange,
  gasLimitRange,
  gasUsedRange,
]

/** The first and cheapest stage: what a header says about itself. Throws a `RuleError`. */
export function validateHeaderAlone(subject: HeaderAlone): void {
  requireRules(HEADER_ALONE_RULES, subject)
}

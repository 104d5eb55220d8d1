import {
  type Header,
  LATER_HEADER_MEMBERS,
  type LaterMembers,
  MAX_GAS_LIMIT,
  type RuleSchedule,
  type Rules,
  rulesAt,
} from '@poai/core'
import { mismatchOfMembers } from './later-members.ts'
import { type Rule, requireRules } from './rule.ts'

/** A header by itself. Shapes and sizes of members are up to the codec. */
export interface HeaderAlone {
  readonly params: RuleSchedule
  readonly header: Header
}

interface RuledHeader {
  /** Of the height that the header claims. The next stage checks that height. */
  readonly rules: Rules
  readonly header: Header
}

const numberRange: Rule<RuledHeader> = {
  code: 'HEADER_NUMBER_RANGE',
  statement: 'only the genesis block has number 0, and it is never received',
  check: ({ header }) => (header.number > 0n ? undefined : { expected: 'at least 1', actual: header.number }),
}

/** What a fork adds to headers is there from its first block on, and not before. */
function members<Later extends object>(later: LaterMembers<Later>): Rule<RuledHeader> {
  return {
    code: 'HEADER_MEMBERS',
    statement: 'a header has the members of its height',
    check: ({ rules, header }) => mismatchOfMembers(later, { value: header, rules }),
  }
}

const extraDataSize: Rule<RuledHeader> = {
  code: 'HEADER_EXTRA_DATA_SIZE',
  statement: 'extra data has at most limits.extraDataBytes bytes',
  check: ({ rules, header }) => {
    const { extraDataBytes } = rules.limits
    const { length } = header.extraData
    return length <= extraDataBytes
      ? undefined
      : { expected: `at most ${extraDataBytes} bytes`, actual: `${length} bytes` }
  },
}

/**
 * The exact target is known only after the parent. Until then this bound keeps the work claim from being meaningless.
 */
const targetRange: Rule<RuledHeader> = {
  code: 'HEADER_TARGET_RANGE',
  statement: 'the target is from 1 to difficulty.easiestTarget',
  check: ({ rules, header }) => {
    const { easiestTarget } = rules.difficulty
    return header.target > 0n && header.target <= easiestTarget
      ? undefined
      : { expected: `1 to ${easiestTarget}`, actual: header.target }
  },
}

const gasLimitRange: Rule<RuledHeader> = {
  code: 'HEADER_GAS_LIMIT_RANGE',
  statement: 'the gas limit is from gas.minLimit to MAX_GAS_LIMIT',
  check: ({ rules, header }) => {
    const { minLimit } = rules.gas
    return header.gasLimit >= minLimit && header.gasLimit <= MAX_GAS_LIMIT
      ? undefined
      : { expected: `${minLimit} to ${MAX_GAS_LIMIT}`, actual: header.gasLimit }
  },
}

const gasUsedRange: Rule<RuledHeader> = {
  code: 'HEADER_GAS_USED_RANGE',
  statement: 'a block uses at most its gas limit',
  check: ({ header }) =>
    header.gasUsed <= header.gasLimit ? undefined : { expected: `at most ${header.gasLimit}`, actual: header.gasUsed },
}

/** In the order in which they are tried, over headers whose later members are those of the table. */
export function headerAloneRules<Later extends object>(later: LaterMembers<Later>): readonly Rule<RuledHeader>[] {
  return [numberRange, members(later), extraDataSize, targetRange, gasLimitRange, gasUsedRange]
}

export const HEADER_ALONE_RULES: readonly Rule<RuledHeader>[] = headerAloneRules(LATER_HEADER_MEMBERS)

/** The first and cheapest stage: what a header says about itself. Throws a `RuleError`. */
export function validateHeaderAlone({ params, header }: HeaderAlone): void {
  requireRules(HEADER_ALONE_RULES, { rules: rulesAt(params, header.number), header })
}

import { bytesToHex, equalBytes, type Header, type RuleSchedule, type Rules, rulesAt } from '@poai/core'
import type { ChainContext } from '../context/chain-context.ts'
import { latestPastTimestamp } from '../context/median-timestamp.ts'
import { nextTarget } from '../difficulty/difficulty-schedule.ts'
import { gasLimitBefore } from './gas-limit-before.ts'
import { nextBaseFee } from './next-base-fee.ts'
import { type Rule, requireRules } from './rule.ts'

/** A header, the chain that it wants to extend, and the time. */
export interface HeaderInContext {
  readonly params: RuleSchedule
  /** Of the chain that ends with the header's parent. */
  readonly context: ChainContext
  readonly header: Header
  /** Unix time in seconds by the clock of whoever asks: rules read no clock. */
  readonly nowSeconds: bigint
}

interface RuledHeader extends HeaderInContext {
  /** Of the height after the parent's. */
  readonly rules: Rules
}

const parentHash: Rule<RuledHeader> = {
  code: 'HEADER_PARENT_UNKNOWN',
  statement: 'the parent is the last block of the chain at hand',
  check: ({ context, header }) =>
    equalBytes(header.parentHash, context.hash)
      ? undefined
      : { expected: bytesToHex(context.hash), actual: bytesToHex(header.parentHash) },
}

const numberSequence: Rule<RuledHeader> = {
  code: 'HEADER_NUMBER_SEQUENCE',
  statement: "the number is one more than the parent's",
  check: ({ context, header }) => {
    const expected = context.number + 1n
    return header.number === expected ? undefined : { expected, actual: header.number }
  },
}

const timestampPast: Rule<RuledHeader> = {
  code: 'HEADER_TIMESTAMP_PAST',
  statement: 'the timestamp is after the median of the last time.medianSpan blocks',
  check: ({ params, context, header }) => {
    const median = latestPastTimestamp(params, context)
    return header.timestamp > median ? undefined : { expected: `after ${median}`, actual: header.timestamp }
  },
}

const targetSchedule: Rule<RuledHeader> = {
  code: 'HEADER_TARGET_SCHEDULE',
  statement: 'the target is what the difficulty schedule asks for',
  check: ({ params, context, header }) => {
    const expected = nextTarget(params, context)
    return header.target === expected ? undefined : { expected, actual: header.target }
  },
}

const gasLimitStep: Rule<RuledHeader> = {
  code: 'HEADER_GAS_LIMIT_STEP',
  statement: "the gas limit moves by less than 1/gas.limitDivisor of the parent's, or of gas.minLimit if that is more",
  check: ({ rules, context, header }) => {
    const from = gasLimitBefore(rules.gas, context.gasLimit)
    const bound = from / rules.gas.limitDivisor
    const change = header.gasLimit - from
    return change < bound && -change < bound
      ? undefined
      : { expected: `a change of less than ${bound}`, actual: change }
  },
}

const baseFee: Rule<RuledHeader> = {
  code: 'HEADER_BASE_FEE',
  statement: "the base fee follows from the parent's by EIP-1559",
  check: ({ params, context, header }) => {
    const expected = nextBaseFee(params, context)
    return header.baseFeePerGas === expected ? undefined : { expected, actual: header.baseFeePerGas }
  },
}

const timestampFuture: Rule<RuledHeader> = {
  code: 'HEADER_TIMESTAMP_FUTURE',
  statement: 'the timestamp is at most time.maxFutureSeconds ahead of the clock',
  check: ({ rules, header, nowSeconds }) => {
    const latest = nowSeconds + BigInt(rules.time.maxFutureSeconds)
    return header.timestamp <= latest ? undefined : { expected: `at most ${latest}`, actual: header.timestamp }
  },
}

/**
 * In the order in which they are tried. The parent comes first, since after another one the rest means nothing. The
 * clock comes last: a header that is permanently wrong must not pass for one that is only early.
 */
export const HEADER_IN_CONTEXT_RULES: readonly Rule<RuledHeader>[] = [
  parentHash,
  numberSequence,
  timestampPast,
  targetSchedule,
  gasLimitStep,
  baseFee,
  timestampFuture,
]

/** The second stage: what a header says about its place in the chain. Throws a `RuleError`. */
export function validateHeaderInContext(subject: HeaderInContext): void {
  const rules = rulesAt(subject.params, subject.context.number + 1n)
  requireRules(HEADER_IN_CONTEXT_RULES, { ...subject, rules })
}

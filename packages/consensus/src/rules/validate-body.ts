import {
  type Body,
  bytesToHex,
  encodeBody,
  equalBytes,
  type Hash32,
  type Header,
  LATER_BODY_MEMBERS,
  type LaterMembers,
  type RuleSchedule,
  rulesAt,
  transactionsRoot,
} from '@poai/core'
import { answerForm, answersGas, answersRootOfBody } from './answer-rules.ts'
import { mismatchOfMembers } from './later-members.ts'
import { type Rule, requireRules } from './rule.ts'
import type { RuledBody } from './ruled-body.ts'

/** A body and the header that it came for. */
export interface BodyOfHeader {
  readonly params: RuleSchedule
  readonly header: Header
  readonly body: Body
}

/** What a fork adds to bodies is there from its first block on, and not before. */
function members<Later extends object>(later: LaterMembers<Later>): Rule<RuledBody> {
  return {
    code: 'BODY_MEMBERS',
    statement: 'a body has the members of its height',
    check: ({ rules, body }) => mismatchOfMembers(later, { value: body, rules }),
  }
}

const bodyRoot: Rule<RuledBody> = {
  code: 'BODY_TRANSACTIONS_ROOT',
  statement: "the header's transactionsRoot is that of the body",
  check: ({ header, body }) => {
    const actual = transactionsRoot(body.transactions)
    return equalBytes(actual, header.transactionsRoot)
      ? undefined
      : { expected: bytesToHex(header.transactionsRoot), actual: bytesToHex(actual) }
  },
}

const bodySize: Rule<RuledBody> = {
  code: 'BODY_SIZE',
  statement: 'the body has at most limits.bodyBytes bytes',
  check: ({ rules, body }) => {
    const actual = encodeBody(body).length
    const limit = rules.limits.bodyBytes
    return actual <= limit ? undefined : { expected: `at most ${limit} bytes`, actual: `${actual} bytes` }
  },
}

function firstRepeated(hashes: readonly Hash32[]): string | undefined {
  const seen = new Set<string>()
  for (const hash of hashes) {
    const name = bytesToHex(hash)
    if (seen.has(name)) return name
    seen.add(name)
  }
  return undefined
}

/** Its nonce would stop the second copy too, but only after the execution of all before it. */
const transactionRepeated: Rule<RuledBody> = {
  code: 'BODY_TRANSACTION_REPEATED',
  statement: 'no transaction stands in a body twice',
  check: ({ body }) => {
    const repeated = firstRepeated(body.transactions.map(({ hash }) => hash))
    return repeated === undefined ? undefined : { expected: 'each transaction once', actual: repeated }
  },
}

/** The limits of all together may exceed the block's: what is not used does not count. */
const transactionGas: Rule<RuledBody> = {
  code: 'BODY_TRANSACTION_GAS',
  statement: "no transaction's gas limit is above the block's",
  check: ({ header, body }) => {
    const expensive = body.transactions.find(({ gasLimit }) => gasLimit > header.gasLimit)
    return expensive === undefined ? undefined : { expected: `at most ${header.gasLimit}`, actual: expensive.gasLimit }
  },
}

/**
 * In the order in which they are tried, over bodies whose later members are those of the table. Members and roots come
 * first: once they hold, the header stands for this body, and whatever else is wrong with it is the block's fault for
 * ever.
 */
export function bodyRules<Later extends object>(later: LaterMembers<Later>): readonly Rule<RuledBody>[] {
  return [
    ...[members(later), bodyRoot, answersRootOfBody, bodySize],
    ...[transactionRepeated, transactionGas, answerForm, answersGas],
  ]
}

export const BODY_RULES: readonly Rule<RuledBody>[] = bodyRules(LATER_BODY_MEMBERS)

/** The stage after the work claim: whether a body is the header's, and can be executed at all. Throws a `RuleError`. */
export function validateBody({ params, header, body }: BodyOfHeader): void {
  requireRules(BODY_RULES, { rules: rulesAt(params, header.number), header, body })
}

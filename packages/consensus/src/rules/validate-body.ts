import {
  type Body,
  bytesToHex,
  encodeRlp,
  equalBytes,
  type Hash32,
  type Header,
  type NetworkParams,
  transactionsRoot,
} from '@poai/core'
import { type Rule, requireRules } from './rule.ts'

/** A body and the header that it came for. */
export interface BodyOfHeader {
  readonly params: NetworkParams
  readonly header: Header
  readonly body: Body
}

const bodyRoot: Rule<BodyOfHeader> = {
  code: 'BODY_TRANSACTIONS_ROOT',
  statement: "the header's transactionsRoot is that of the body",
  check: ({ header, body }) => {
    const actual = transactionsRoot(body.transactions)
    return equalBytes(actual, header.transactionsRoot)
      ? undefined
      : { expected: bytesToHex(header.transactionsRoot), actual: bytesToHex(actual) }
  },
}

/** The body's encoding, as `BlockCodecs.body` writes it. */
function bodyBytes({ transactions }: Body): number {
  return encodeRlp([transactions.map(({ bytes }) => bytes)]).length
}

const bodySize: Rule<BodyOfHeader> = {
  code: 'BODY_SIZE',
  statement: 'the body has at most limits.bodyBytes bytes',
  check: ({ params, body }) => {
    const actual = bodyBytes(body)
    const limit = params.limits.bodyBytes
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
const transactionRepeated: Rule<BodyOfHeader> = {
  code: 'BODY_TRANSACTION_REPEATED',
  statement: 'no transaction stands in a body twice',
  check: ({ body }) => {
    const repeated = firstRepeated(body.transactions.map(({ hash }) => hash))
    return repeated === undefined ? undefined : { expected: 'each transaction once', actual: repeated }
  },
}

/** The limits of all together may exceed the block's: what is not used does not count. */
const transactionGas: Rule<BodyOfHeader> = {
  code: 'BODY_TRANSACTION_GAS',
  statement: "no transaction's gas limit is above the block's",
  check: ({ header, body }) => {
    const dear = body.transactions.find(({ gasLimit }) => gasLimit > header.gasLimit)
    return dear === undefined ? undefined : { expected: `at most ${header.gasLimit}`, actual: dear.gasLimit }
  },
}

/**
 * In the order in which they are tried. The root comes first: once it holds, the header stands for these transactions,
 * and whatever else is wrong with them is the block's fault for ever.
 */
export const BODY_RULES: readonly Rule<BodyOfHeader>[] = [bodyRoot, bodySize, transactionRepeated, transactionGas]

/** The stage after the work claim: whether a body is the header's, and can be executed at all. Throws a `RuleError`. */
export function validateBody(subject: BodyOfHeader): void {
  requireRules(BODY_RULES, subject)
}

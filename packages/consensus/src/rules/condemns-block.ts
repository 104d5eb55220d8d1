import { isPermanent, type RuleCode, type RuleError } from '@poai/core'

/**
 * Permanent faults of what came with a header, not of the block that it names: a broken encoding, or a body that is
 * another block's. If they condemned the block, anybody could make a node refuse a good one by sending it a bad body
 * first.
 */
const FAULTS_OF_THE_MESSAGE: ReadonlySet<RuleCode> = new Set<RuleCode>([
  'RLP_TRUNCATED',
  'RLP_NON_CANONICAL',
  'RLP_TRAILING_BYTES',
  'RLP_TOO_DEEP',
  'RLP_TOO_MANY_ITEMS',
  'OVERSIZE',
  'FIELD_KIND',
  'FIELD_COUNT',
  'FIELD_SIZE',
  'FIELD_RANGE',
  'TRANSACTION_TYPE',
  'TRANSACTION_MALFORMED',
  'TRANSACTION_CHAIN_ID',
  'TRANSACTION_UNSIGNED',
  'BODY_MEMBERS',
  'BODY_TRANSACTIONS_ROOT',
  'BODY_ANSWERS_ROOT',
])

/** True if a node may remember the hash of the block that broke this rule as bad forever. */
export function condemnsBlock(error: RuleError): boolean {
  return isPermanent(error) && !FAULTS_OF_THE_MESSAGE.has(error.code)
}

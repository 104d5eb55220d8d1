/**
 * What a broken rule says about whoever sent the data.
 *
 * - `malicious`: no honest implementation of any version sends this; it was made by hand or by a broken program.
 * - `invalid`: the data breaks a rule of the chain for good; a validating peer would not have forwarded it.
 * - `transient`: the data may be valid later or elsewhere; nobody is to blame and nothing may be remembered.
 */
export type Verdict = 'malicious' | 'invalid' | 'transient'

/** The name of a rule: contract, stable across versions. */
export type RuleCode =
  // Encoding: what the bytes say at all
  | 'RLP_TRUNCATED'
  | 'RLP_NON_CANONICAL'
  | 'RLP_TRAILING_BYTES'
  | 'RLP_TOO_DEEP'
  | 'RLP_TOO_MANY_ITEMS'
  | 'OVERSIZE'
  | 'FIELD_KIND'
  | 'FIELD_COUNT'
  | 'FIELD_SIZE'
  | 'FIELD_RANGE'
  // Transactions: their form; whether one can be executed is the block's matter
  | 'TRANSACTION_TYPE'
  | 'TRANSACTION_MALFORMED'
  | 'TRANSACTION_CHAIN_ID'
  | 'TRANSACTION_UNSIGNED'

/**
 * The verdict of every rule: the one table that peers are judged by. A code does not compile until someone has decided here.
 */
export const RULE_VERDICTS: Readonly<Record<RuleCode, Verdict>> = {
  RLP_TRUNCATED: 'malicious',
  RLP_NON_CANONICAL: 'malicious',
  RLP_TRAILING_BYTES: 'malicious',
  RLP_TOO_DEEP: 'malicious',
  RLP_TOO_MANY_ITEMS: 'malicious',
  OVERSIZE: 'malicious',
  FIELD_KIND: 'malicious',
  FIELD_COUNT: 'malicious',
  FIELD_SIZE: 'malicious',
  FIELD_RANGE: 'malicious',
  TRANSACTION_TYPE: 'invalid',
  TRANSACTION_MALFORMED: 'malicious',
  TRANSACTION_CHAIN_ID: 'invalid',
  TRANSACTION_UNSIGNED: 'malicious',
}

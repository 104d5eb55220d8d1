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
  // Encoding: whether the bytes can be read at all
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
  // Transactions: their form; whether one can be executed depends on its block
  | 'TRANSACTION_TYPE'
  | 'TRANSACTION_MALFORMED'
  | 'TRANSACTION_CHAIN_ID'
  | 'TRANSACTION_UNSIGNED'
  | 'TRANSACTION_SIGNATURE'
  // Work: what a header's seal claims against what the model says
  | 'WORK_CLAIM_ABOVE_TARGET'
  | 'WORK_NOT_FINITE'
  | 'WORK_TRANSCRIPT_MISMATCH'
  | 'WORK_LOSS_MISMATCH'
  // Answers: what a body says that models said to contracts
  | 'ANSWER_MISMATCH'
  // Headers by themselves
  | 'HEADER_NUMBER_RANGE'
  | 'HEADER_MEMBERS'
  | 'HEADER_EXTRA_DATA_SIZE'
  | 'HEADER_TARGET_RANGE'
  | 'HEADER_GAS_LIMIT_RANGE'
  | 'HEADER_GAS_USED_RANGE'
  // Headers after their parents
  | 'HEADER_PARENT_UNKNOWN'
  | 'HEADER_PARENT_INVALID'
  | 'HEADER_NUMBER_SEQUENCE'
  | 'HEADER_TIMESTAMP_PAST'
  | 'HEADER_TIMESTAMP_FUTURE'
  | 'HEADER_TARGET_SCHEDULE'
  | 'HEADER_GAS_LIMIT_STEP'
  | 'HEADER_BASE_FEE'
  // Bodies against their headers
  | 'BODY_MEMBERS'
  | 'BODY_TRANSACTIONS_ROOT'
  | 'BODY_SIZE'
  | 'BODY_TRANSACTION_REPEATED'
  | 'BODY_TRANSACTION_GAS'
  | 'BODY_ANSWERS_ROOT'
  | 'BODY_ANSWER_FORM'
  | 'BODY_ANSWERS_GAS'
  // Transactions at their place in a block
  | 'EXECUTION_TRANSACTION_TYPE'
  | 'EXECUTION_TRANSACTION_GAS'
  | 'EXECUTION_NONCE'
  | 'EXECUTION_FUNDS'
  | 'EXECUTION_FEE_BELOW_BASE'
  | 'EXECUTION_INTRINSIC_GAS'
  | 'EXECUTION_BLOCK_GAS'
  | 'EXECUTION_SENDER_CODE'
  | 'EXECUTION_INIT_CODE_SIZE'
  // Answers against what the transactions asked
  | 'EXECUTION_ANSWERS'
  // Headers against what execution computed
  | 'EXECUTION_GAS_USED'
  | 'EXECUTION_RECEIPTS_ROOT'
  | 'EXECUTION_LOGS_BLOOM'
  | 'EXECUTION_STATE_ROOT'

/**
 * The verdict of every rule: the one table that peers are judged by. A code does not compile until someone has decided
 * here.
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
  // No wallet makes a signature that recovers to no key, or the second form of one (EIP-2).
  TRANSACTION_SIGNATURE: 'malicious',
  // Two hashes show it: no honest node forwards such a header.
  WORK_CLAIM_ABOVE_TARGET: 'malicious',
  WORK_NOT_FINITE: 'invalid',
  // An honest miner of another determinism domain, or on broken hardware, sends this; it is wrong all the same.
  WORK_TRANSCRIPT_MISMATCH: 'invalid',
  // The transcript is right, so its maker had the bits: integer arithmetic on them cannot differ by accident.
  WORK_LOSS_MISMATCH: 'malicious',
  // As with a transcript: a miner of another domain, or on broken hardware, may send it in good faith.
  ANSWER_MISMATCH: 'invalid',
  HEADER_NUMBER_RANGE: 'invalid',
  // Its maker follows another schedule of forks.
  HEADER_MEMBERS: 'invalid',
  HEADER_EXTRA_DATA_SIZE: 'invalid',
  HEADER_TARGET_RANGE: 'invalid',
  HEADER_GAS_LIMIT_RANGE: 'invalid',
  HEADER_GAS_USED_RANGE: 'invalid',
  // The parent may still come, and the header then follows it.
  HEADER_PARENT_UNKNOWN: 'transient',
  // Found while importing, not by a rule over headers: whoever validates does not build on such a block.
  HEADER_PARENT_INVALID: 'invalid',
  HEADER_NUMBER_SEQUENCE: 'invalid',
  HEADER_TIMESTAMP_PAST: 'invalid',
  // It passes with time, or our clock is slow.
  HEADER_TIMESTAMP_FUTURE: 'transient',
  HEADER_TARGET_SCHEDULE: 'invalid',
  HEADER_GAS_LIMIT_STEP: 'invalid',
  HEADER_BASE_FEE: 'invalid',
  // The header has what its height asks for, so this is no other schedule: somebody changed the body on the way.
  BODY_MEMBERS: 'malicious',
  // The wrong body for this header: whoever put them together did it by hand. It says nothing about the header.
  BODY_TRANSACTIONS_ROOT: 'malicious',
  BODY_SIZE: 'invalid',
  BODY_TRANSACTION_REPEATED: 'invalid',
  BODY_TRANSACTION_GAS: 'invalid',
  // Like a wrong transactions root: the wrong body for this header.
  BODY_ANSWERS_ROOT: 'malicious',
  BODY_ANSWER_FORM: 'invalid',
  BODY_ANSWERS_GAS: 'invalid',
  // Of a transaction in a block. The same transaction may be fine in another block: a pool of transactions must judge
  // for itself.
  EXECUTION_TRANSACTION_TYPE: 'invalid',
  EXECUTION_TRANSACTION_GAS: 'invalid',
  EXECUTION_NONCE: 'invalid',
  EXECUTION_FUNDS: 'invalid',
  EXECUTION_FEE_BELOW_BASE: 'invalid',
  EXECUTION_INTRINSIC_GAS: 'invalid',
  EXECUTION_BLOCK_GAS: 'invalid',
  EXECUTION_SENDER_CODE: 'invalid',
  EXECUTION_INIT_CODE_SIZE: 'invalid',
  EXECUTION_ANSWERS: 'invalid',
  EXECUTION_GAS_USED: 'invalid',
  EXECUTION_RECEIPTS_ROOT: 'invalid',
  EXECUTION_LOGS_BLOOM: 'invalid',
  EXECUTION_STATE_ROOT: 'invalid',
}

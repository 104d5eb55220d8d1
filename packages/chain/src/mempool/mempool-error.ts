import { AppError, defined } from '@poai/core'

/**
 * Why the pool does not take a transaction. The texts are those that Ethereum's libraries look for in a node's answer
 * (ethers and viem tell the cases apart by them): they are contract here, unlike the messages of other errors.
 */
export const MEMPOOL_REFUSALS = {
  MEMPOOL_ALREADY_KNOWN: 'already known',
  MEMPOOL_NONCE_TOO_LOW: 'nonce too low',
  MEMPOOL_NONCE_MAX: 'nonce has max value',
  MEMPOOL_UNDERPRICED: 'transaction underpriced',
  MEMPOOL_REPLACEMENT_UNDERPRICED: 'replacement transaction underpriced',
  MEMPOOL_INSUFFICIENT_FUNDS: 'insufficient funds for gas * price + value',
  MEMPOOL_INTRINSIC_GAS: 'intrinsic gas too low',
  MEMPOOL_GAS_LIMIT: 'exceeds block gas limit',
  MEMPOOL_INIT_CODE_SIZE: 'max initcode size exceeded',
  MEMPOOL_SENDER_HAS_CODE: 'sender not an eoa',
  MEMPOOL_TRANSACTION_TYPE: 'transaction type not supported',
  MEMPOOL_TRANSACTION_GAS: 'transaction gas limit too high',
  /** Of an account that runs another's code, or is about to: what waits of it can be made worthless from outside. */
  MEMPOOL_DELEGATED_LIMIT: 'in-flight transaction limit reached for delegated accounts',
  MEMPOOL_DELEGATED_GAP: 'gapped-nonce tx from delegated accounts',
  /** Too much waits of an account that the transaction makes delegate. */
  MEMPOOL_AUTHORITY_RESERVED: 'authority already reserved',
  MEMPOOL_OVERSIZED: 'oversized data',
  MEMPOOL_ACCOUNT_LIMIT: 'account limit exceeded',
  MEMPOOL_FULL: 'txpool is full',
  /** Too many are being looked at; the same transaction may be accepted in a moment. */
  MEMPOOL_BUSY: 'txpool is busy',
} as const

export type MempoolErrorCode = keyof typeof MEMPOOL_REFUSALS

/**
 * The pool does not take a transaction. It says nothing about the chain's rules: the same one may be fine in a block.
 */
export class MempoolError extends AppError<MempoolErrorCode> {}

/** The refusal with its text, and what was wanted and found. */
export function refusal(
  code: MempoolErrorCode,
  {
    expected,
    actual,
  }: { readonly expected?: string | bigint | number; readonly actual?: string | bigint | number } = {},
): MempoolError {
  const details = defined({ expected: expected?.toString(), actual: actual?.toString() })
  return new MempoolError(code, MEMPOOL_REFUSALS[code], details)
}

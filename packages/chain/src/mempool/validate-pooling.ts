import { EMPTY_CODE_HASH, equalBytes, type Transaction } from '@poai/core'
import { type Account, leastGas, maySend, type StateReader, type TransactionRules } from '@poai/execution'
import type { AccountQueue } from './account-queue.ts'
import { refusal } from './mempool-error.ts'
import { type MempoolLimits, REPLACEMENT_PERCENT } from './mempool-options.ts'
import { maxCost } from './pooled-transaction.ts'

/** What the next block will be like, as far as the pool looks at it. */
export interface MempoolHead {
  /** After the head. May move on before the pool hears of a new head. */
  readonly state: Pick<StateReader, 'account' | 'code'>
  /** Of the next block, in wei. */
  readonly baseFeePerGas: bigint
  readonly gasLimit: bigint
  /** Of the next block. */
  readonly rules: TransactionRules
}

/** What is needed to judge a transaction without its sender. */
export interface PoolingRules {
  readonly limits: MempoolLimits
  readonly head: MempoolHead
}

const NO_CODE: Uint8Array = new Uint8Array(0)
/** EIP-2681: the nonce after it would not exist. */
const MAX_NONCE: bigint = (1n << 64n) - 1n

/** The cheap half: what a transaction says by itself. Throws a `MempoolError`. */
export function validateForm(transaction: Transaction, { limits, head }: PoolingRules): void {
  const { type, bytes, data, gasLimit, maxPriorityFeePerGas, nonce, to } = transaction
  const { types, maxGas, maxInitCodeBytes } = head.rules
  if (!types.includes(type)) throw refusal('MEMPOOL_TRANSACTION_TYPE', { expected: types.join(', '), actual: type })
  if (bytes.length > limits.maxTransactionBytes) {
    throw refusal('MEMPOOL_OVERSIZED', { expected: limits.maxTransactionBytes, actual: bytes.length })
  }
  if (to === undefined && data.length > maxInitCodeBytes) {
    throw refusal('MEMPOOL_INIT_CODE_SIZE', { expected: maxInitCodeBytes, actual: data.length })
  }
  if (nonce >= MAX_NONCE) throw refusal('MEMPOOL_NONCE_MAX', { expected: `below ${MAX_NONCE}`, actual: nonce })
  if (gasLimit > head.gasLimit) throw refusal('MEMPOOL_GAS_LIMIT', { expected: head.gasLimit, actual: gasLimit })
  if (maxGas !== undefined && gasLimit > maxGas) {
    throw refusal('MEMPOOL_TRANSACTION_GAS', { expected: maxGas, actual: gasLimit })
  }
  const least = leastGas(head.rules, transaction)
  if (gasLimit < least) throw refusal('MEMPOOL_INTRINSIC_GAS', { expected: least, actual: gasLimit })
  if (maxPriorityFeePerGas < limits.minTip) {
    throw refusal('MEMPOOL_UNDERPRICED', { expected: limits.minTip, actual: maxPriorityFeePerGas })
  }
}

function raised(fee: bigint): bigint {
  return (fee * (100n + REPLACEMENT_PERCENT) + 99n) / 100n
}

function validateReplacement(transaction: Transaction, replaced: Transaction): void {
  const maxFee = raised(replaced.maxFeePerGas)
  const maxPriorityFee = raised(replaced.maxPriorityFeePerGas)
  if (transaction.maxFeePerGas >= maxFee && transaction.maxPriorityFeePerGas >= maxPriorityFee) return
  throw refusal('MEMPOOL_REPLACEMENT_UNDERPRICED', {
    expected: `fees of ${maxFee} and ${maxPriorityFee}`,
    actual: `fees of ${transaction.maxFeePerGas} and ${transaction.maxPriorityFeePerGas}`,
  })
}

/** Whose transaction it is, and what waits of that account. */
export interface PoolingSender {
  readonly account: Account | undefined
  readonly code: Uint8Array
  readonly rules: TransactionRules
  readonly queue: AccountQueue
}

/**
 * The other half: what a transaction means for its sender, beside all that the pool holds of it. Waiting transactions
 * count too: an account can't fill the pool with more than it could pay. Throws a `MempoolError`.
 */
export function validateSender(transaction: Transaction, { account, code, rules, queue }: PoolingSender): void {
  const nonce = account?.nonce ?? 0n
  const balance = account?.balance ?? 0n
  if (!maySend(code, rules)) throw refusal('MEMPOOL_SENDER_HAS_CODE')
  if (transaction.nonce < nonce) throw refusal('MEMPOOL_NONCE_TOO_LOW', { expected: nonce, actual: transaction.nonce })
  const replaced = queue.find(transaction.nonce)?.transaction
  if (replaced !== undefined) validateReplacement(transaction, replaced)
  const cost = queue.totalCost + maxCost(transaction) - (replaced === undefined ? 0n : maxCost(replaced))
  if (cost > balance) {
    throw refusal('MEMPOOL_INSUFFICIENT_FUNDS', { expected: `a balance of ${cost}`, actual: balance })
  }
}

/** The code of an account at the head; none for most. */
export function codeAt({ state }: Pick<MempoolHead, 'state'>, account: Account | undefined): Uint8Array {
  if (account === undefined || equalBytes(account.codeHash, EMPTY_CODE_HASH)) return NO_CODE
  return state.code(account.codeHash) ?? NO_CODE
}

import { EMPTY_CODE_HASH, equalBytes, type Transaction } from '@poai/core'
import type { Account, StateReader, TransactionRules } from '@poai/execution'
import type { AccountQueue } from './account-queue.ts'
import { refusal } from './mempool-error.ts'
import { type MempoolLimits, REPLACEMENT_PERCENT } from './mempool-options.ts'
import { maxCost } from './pooled-transaction.ts'

/** What the next block will be like, as far as the pool looks at it. */
export interface MempoolHead {
  /** After the head. May move on before the pool hears of a new head. */
  readonly state: Pick<StateReader, 'account'>
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

/** EIP-2681: the nonce after it would not exist. */
const MAX_NONCE: bigint = (1n << 64n) - 1n

/** The cheap half: what a transaction says by itself. Throws a `MempoolError`. */
export function validateForm(transaction: Transaction, { limits, head }: PoolingRules): void {
  const { bytes, data, gasLimit, maxPriorityFeePerGas, nonce, to } = transaction
  if (bytes.length > limits.maxTransactionBytes) {
    throw refusal('MEMPOOL_OVERSIZED', { expected: limits.maxTransactionBytes, actual: bytes.length })
  }
  const { maxInitCodeBytes, intrinsicGas } = head.rules
  if (to === undefined && data.length > maxInitCodeBytes) {
    throw refusal('MEMPOOL_INIT_CODE_SIZE', { expected: maxInitCodeBytes, actual: data.length })
  }
  if (nonce >= MAX_NONCE) throw refusal('MEMPOOL_NONCE_MAX', { expected: `below ${MAX_NONCE}`, actual: nonce })
  if (gasLimit > head.gasLimit) throw refusal('MEMPOOL_GAS_LIMIT', { expected: head.gasLimit, actual: gasLimit })
  const least = intrinsicGas(transaction)
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

/**
 * The other half: what a transaction means for its sender, beside all that the pool holds of it. Waiting transactions
 * count too: an account can't fill the pool with more than it could pay. Throws a `MempoolError`.
 */
export function validateSender(transaction: Transaction, account: Account | undefined, queue: AccountQueue): void {
  const nonce = account?.nonce ?? 0n
  const balance = account?.balance ?? 0n
  if (account !== undefined && !equalBytes(account.codeHash, EMPTY_CODE_HASH)) throw refusal('MEMPOOL_SENDER_HAS_CODE')
  if (transaction.nonce < nonce) throw refusal('MEMPOOL_NONCE_TOO_LOW', { expected: nonce, actual: transaction.nonce })
  const replaced = queue.find(transaction.nonce)?.transaction
  if (replaced !== undefined) validateReplacement(transaction, replaced)
  const cost = queue.totalCost + maxCost(transaction) - (replaced === undefined ? 0n : maxCost(replaced))
  if (cost > balance) {
    throw refusal('MEMPOOL_INSUFFICIENT_FUNDS', { expected: `a balance of ${cost}`, actual: balance })
  }
}

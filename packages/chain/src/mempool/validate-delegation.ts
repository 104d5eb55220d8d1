import { type Address, equalBytes } from '@poai/core'
import type { AccountQueue } from './account-queue.ts'
import { refusal } from './mempool-error.ts'
import type { PooledTransaction } from './pooled-transaction.ts'

/** What the pool knows of the accounts that a transaction has to do with. */
export interface DelegationView {
  readonly queue: AccountQueue
  /** True if the sender runs the code of another account, or something in the pool may make it do so. */
  readonly isSenderDelegated: boolean
  /** How many transactions of an account wait. */
  countOf(address: Address): number
}

/** An account that is about to delegate may have so many waiting before: one transaction makes no more worthless. */
const MAX_OF_AUTHORITY = 1

/**
 * Keeps what one transaction can make worthless small (EIP-7702): whoever runs an account's code can empty the account
 * or raise its nonce, without a transaction of the account. So of an account that delegates, or may soon, one waits,
 * the next; and an account of which more waits cannot be made to delegate. The same as geth's pool. Throws a
 * `MempoolError`.
 */
export function validateDelegation(
  { transaction, authorities }: Pick<PooledTransaction, 'transaction' | 'authorities'>,
  { queue, isSenderDelegated, countOf }: DelegationView,
): void {
  const isReplacement = queue.find(transaction.nonce) !== undefined
  if (isSenderDelegated && !isReplacement) {
    if (queue.size > 0) throw refusal('MEMPOOL_DELEGATED_LIMIT', { expected: 'one at a time', actual: queue.size })
    if (transaction.nonce !== queue.nonce) {
      throw refusal('MEMPOOL_DELEGATED_GAP', { expected: queue.nonce, actual: transaction.nonce })
    }
  }
  for (const authority of authorities) {
    const waiting = countOf(authority) - (isReplacement && equalBytes(authority, queue.address) ? 1 : 0)
    if (waiting > MAX_OF_AUTHORITY) {
      throw refusal('MEMPOOL_AUTHORITY_RESERVED', { expected: `<= ${MAX_OF_AUTHORITY}`, actual: waiting })
    }
  }
}

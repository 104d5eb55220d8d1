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

/** How many may wait of an account that is made to delegate: all of them can become worthless at once. */
const MAX_OF_AUTHORITY = 1

/**
 * Limits what one transaction can make worthless (EIP-7702): anyone can call an account that delegates, which may empty
 * it or raise its nonce without a transaction of its own. So an account that delegates, or may soon, has one waiting
 * transaction, its next; and an account with more than one cannot be made to delegate. These are the rules of geth's
 * pool. Throws a `MempoolError`.
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

import type { PooledTransaction } from './pooled-transaction.ts'

/** Why a transaction left the pool. */
export type RemovalReason =
  /** A block of the chain holds it. */
  | 'mined'
  /** Another one with its nonce was mined. */
  | 'nonce-used'
  /** Another one with its nonce pays more. */
  | 'replaced'
  /** The pool or the account's share of it was full, and this one paid least. */
  | 'evicted'
  | 'expired'
  /** Its sender can't pay for it any more. */
  | 'insufficient-funds'
  /** Its sender runs the code of another account now, and another transaction of it waits. */
  | 'delegated'
  /** Blocks have become too small for it. */
  | 'exceeds-gas-limit'
  /** A fork's rules refuse it. */
  | 'rules-changed'

/** A transaction that was in the pool. */
export interface RemovedTransaction {
  readonly entry: PooledTransaction
  readonly reason: RemovalReason
}

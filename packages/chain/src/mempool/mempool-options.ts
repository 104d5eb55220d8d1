import { MAX_TRANSACTION_BYTES } from '@poai/core'

/** How much a pool holds and for how long. Every member has a default in {@link MEMPOOL_DEFAULTS}. */
export interface MempoolLimits {
  readonly maxTransactions: number
  readonly maxBytes: number
  readonly maxPerAccount: number
  readonly maxTransactionBytes: number
  /** In wei a unit of gas, of what goes to the miner at best. */
  readonly minTip: bigint
  /** After so long a transaction goes, mined or not. */
  readonly lifetimeMs: number
  /** Transactions whose senders are being recovered at one time. */
  readonly maxInFlight: number
}

const HOUR_MS = 3_600_000

/** Sized for a node of one gigabyte: the pool is the first thing that strangers can fill. */
export const MEMPOOL_DEFAULTS: MempoolLimits = {
  // As geth's 4,096 executable and 1,024 waiting slots together: over three full blocks of transfers.
  maxTransactions: 5_120,
  // Decoded transactions weigh three to four times their bytes.
  maxBytes: 32 * 1024 * 1024,
  // As geth's: enough for a busy wallet, and 80 accounts are needed to fill the pool.
  maxPerAccount: 64,
  maxTransactionBytes: MAX_TRANSACTION_BYTES,
  // Free transactions cost the network and pay nobody.
  minTip: 1n,
  // Whoever waits longer has been forgotten or has paid too little.
  lifetimeMs: 24 * HOUR_MS,
  // 45 µs of a core each: a fifth of a second's work at most waits for a thread.
  maxInFlight: 4_096,
}

/**
 * How much more a replacement must pay than what it replaces, in percent of both fees: each round of a race costs the
 * racer.
 */
export const REPLACEMENT_PERCENT = 10n

import type { Address, Transaction } from '@poai/core'

/** A transaction in the pool, with what the pool needs to know of it. */
export interface PooledTransaction {
  readonly transaction: Transaction
  readonly sender: Address
  /** Accounts that it may make delegate. */
  readonly authorities: readonly Address[]
  /** Milliseconds since 1970. */
  readonly addedAtMs: number
  /** The order of arrival: the earlier one wins where fees are equal. */
  readonly arrival: number
}

/** The most that a transaction can take from its sender, in wei. */
export function maxCost({ gasLimit, maxFeePerGas, value }: Transaction): bigint {
  return gasLimit * maxFeePerGas + value
}

/** What a unit of gas gives the miner at a base fee, in wei; negative where the transaction can't pay the base fee. */
export function effectiveTip(transaction: Transaction, baseFeePerGas: bigint): bigint {
  const left = transaction.maxFeePerGas - baseFeePerGas
  return left < transaction.maxPriorityFeePerGas ? left : transaction.maxPriorityFeePerGas
}

import type { Transaction } from '@poai/core'

/** What a transaction asks for, as far as its price before execution depends on it. */
export type PricedTransaction = Pick<Transaction, 'to' | 'data' | 'accessList'>

/** What a rule set asks of transactions before anything is executed. */
export interface TransactionRules {
  readonly maxInitCodeBytes: number
  /** What a transaction costs before anything is executed. */
  readonly intrinsicGas: (transaction: PricedTransaction) => bigint
}

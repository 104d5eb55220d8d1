import type { Transaction, TransactionType } from '@poai/core'

/** What a transaction asks for, as far as its price before execution depends on it. */
export type PricedTransaction = Pick<Transaction, 'to' | 'data' | 'accessList' | 'authorizationList'>

/** What a rule set asks of transactions before anything is executed. */
export interface TransactionRules {
  readonly types: readonly TransactionType[]
  /** The most that one transaction may use, whatever room its block has; undefined: no such bound. */
  readonly maxGas: bigint | undefined
  readonly maxInitCodeBytes: number
  /** What a transaction costs before anything is executed. */
  readonly intrinsicGas: (transaction: PricedTransaction) => bigint
  /** What it costs at least, however little is executed and however much comes back; 0: no such bound. */
  readonly floorGas: (transaction: Pick<Transaction, 'data'>) => bigint
}

/** The least gas limit of a transaction. */
export function leastGas(rules: TransactionRules, transaction: PricedTransaction): bigint {
  const [intrinsic, floor] = [rules.intrinsicGas(transaction), rules.floorGas(transaction)]
  return intrinsic > floor ? intrinsic : floor
}

/** Whether accounts may delegate to the code of others, and go on sending transactions (EIP-7702). */
export function knowsDelegation({ types }: Pick<TransactionRules, 'types'>): boolean {
  return types.includes(4)
}

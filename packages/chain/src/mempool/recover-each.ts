import { type Address, defined, RuleError, type Transaction } from '@poai/core'
import type { SenderRecovery } from '@poai/execution'
import type { CostMeter } from '../pace/cost-meter.ts'
import { createPace } from '../pace/pace.ts'

/**
 * The sender of each transaction, or why there is none. All at once where all are signed, as they nearly always are;
 * one by one where one of them spoils the batch.
 */
export async function recoverEach(
  recovery: SenderRecovery,
  transactions: readonly Transaction[],
  { signal, meter }: { readonly signal?: AbortSignal | undefined; readonly meter?: CostMeter } = {},
): Promise<readonly (Address | RuleError)[]> {
  if (transactions.length === 0) return []
  try {
    return await recovery.recover(transactions, signal, meter)
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    if (transactions.length === 1) return [error]
  }
  const senders: (Address | RuleError)[] = []
  const pace = createPace()
  for (const transaction of transactions) {
    if (pace.isDue()) await pace.rest()
    senders.push(...(await recoverEach(recovery, [transaction], { signal, ...defined({ meter }) })))
  }
  return senders
}

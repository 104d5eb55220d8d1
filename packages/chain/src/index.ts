/**
 * The chain as a node has it: the transactions that wait for a block, in one pool above the canonical head.
 *
 * @example
 * import { createMempool } from '@poai/chain'
 * const mempool = createMempool({ head }, { codec, recovery, store, clock, logger })
 * await mempool.start()
 * await mempool.add(transaction) // rejects with a MempoolError: 'nonce too low', 'txpool is full', …
 */

export type { Subscribe, Unsubscribe } from './events/emitter.ts'
export type {
  AddOutcome,
  Mempool,
  MempoolDependencies,
  MempoolHeadChange,
  MempoolOptions,
  MempoolView,
} from './mempool/mempool.ts'
export { createMempool } from './mempool/mempool.ts'
export { MEMPOOL_REFUSALS, MempoolError, type MempoolErrorCode } from './mempool/mempool-error.ts'
export type { RemovalReason, RemovedTransaction } from './mempool/mempool-events.ts'
export { MEMPOOL_DEFAULTS, type MempoolLimits, REPLACEMENT_PERCENT } from './mempool/mempool-options.ts'
export type { MempoolStore } from './mempool/mempool-snapshot.ts'
export type { AccountContent, PoolSize } from './mempool/pool-content.ts'
export { effectiveTip, maxCost, type PooledTransaction } from './mempool/pooled-transaction.ts'
export { createPriceOrder, type PriceOrder } from './mempool/price-order.ts'
export type { MempoolHead } from './mempool/validate-pooling.ts'

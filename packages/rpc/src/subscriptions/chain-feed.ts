import {
  type Chain,
  type HeadEvent,
  type LogFilter,
  logsOfReceipts,
  type PooledTransaction,
  type Unsubscribe,
} from '@poai/chain'
import type { JsonValue } from '@poai/core'
import { formatHeader } from '../format/format-block.ts'
import { formatLog } from '../format/format-receipt.ts'

/** What one reads from a change of the chain. */
export interface ChainFeed {
  onHead(listener: (event: HeadEvent) => void): Unsubscribe
  onTransaction(listener: (entry: PooledTransaction) => void): Unsubscribe
}

/** The chain's events. */
export function createChainFeed({ onHead, mempool }: Pick<Chain, 'onHead' | 'mempool'>): ChainFeed {
  return { onHead: (listener) => onHead(listener), onTransaction: (listener) => mempool.onAdded(listener) }
}

/** The headers of blocks that joined the chain, lowest first: after a reorganisation a height comes again. */
export function headersOf({ added }: HeadEvent): readonly JsonValue[] {
  return added.map(({ block, hash }) => formatHeader(block.header, hash))
}

/** Matching logs: those that were taken back first, then those that joined. */
export function logsOfChange({ removed, added }: HeadEvent, filter: LogFilter): readonly JsonValue[] {
  const logsOf = ({ block, hash, receipts }: HeadEvent['added'][number], removal?: 'removed'): readonly JsonValue[] => {
    const transactionHashes = block.body.transactions.map((transaction) => transaction.hash)
    const place = { blockHash: hash, blockNumber: block.header.number }
    return logsOfReceipts(place, { receipts, transactionHashes }, filter).map((log) => formatLog(log, removal))
  }
  return [...removed.flatMap((block) => logsOf(block, 'removed')), ...added.flatMap((block) => logsOf(block))]
}

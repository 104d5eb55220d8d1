import {
  type Chain,
  type HeadEvent,
  type LogFilter,
  logMatches,
  logsOfReceipts,
  type PooledTransaction,
} from '@poai/chain'
import { bytesToHex, type Log, type Logger, type Unsubscribe } from '@poai/core'
import { formatHeader } from '../format/format-block.ts'
import { formatLog } from '../format/format-receipt.ts'
import { formatPooled } from '../format/format-transaction.ts'
import { FanOut } from './fan-out.ts'

/** What the feed needs, and nothing more. */
export interface ChainFeedDependencies {
  readonly chain: Pick<Chain, 'onHead' | 'mempool'>
  readonly chainId: bigint
  readonly logger: Pick<Logger, 'error' | 'debug'>
}

const ANY_LOG = { addresses: [], topics: [] } as const

/** Changes of the chain as JSON: written once for all listeners, and only if there are any. */
export class ChainFeed {
  readonly #heads: FanOut<HeadEvent>
  readonly #transactions: FanOut<PooledTransaction>
  readonly #headersOf = once(writeHeaders)
  readonly #logsOf = once(writeLogs)
  readonly #transactionOf: (entry: PooledTransaction) => string
  readonly #hashOf = once(({ transaction }: PooledTransaction) => JSON.stringify(bytesToHex(transaction.hash)))

  constructor({ chain, chainId, logger }: ChainFeedDependencies) {
    this.#heads = new FanOut((listener) => chain.onHead(listener), logger)
    this.#transactions = new FanOut((listener) => chain.mempool.onAdded(listener), logger)
    this.#transactionOf = once((entry) => JSON.stringify(formatPooled(entry, chainId)))
  }

  /** Called with each new head. */
  onHead(listener: (event: HeadEvent) => void): Unsubscribe {
    return this.#heads.subscribe(listener)
  }

  /** The headers of blocks that joined the chain, lowest first: after a reorganisation a height comes again. */
  onHeaders(listener: (texts: readonly string[]) => void): Unsubscribe {
    return this.onHead((event) => listener(this.#headersOf(event)))
  }

  /** Matching logs: first those that were taken back, then those that joined. */
  onLogs(filter: LogFilter, listener: (texts: readonly string[]) => void): Unsubscribe {
    return this.onHead((event) => {
      const found = this.#logsOf(event).filter(({ log }) => logMatches(log, filter))
      listener(found.map(({ text }) => text))
    })
  }

  /** The hashes of blocks that joined the chain. */
  onBlockHashes(listener: (texts: readonly string[]) => void): Unsubscribe {
    return this.onHead(({ added }) => listener(added.map(({ hash }) => JSON.stringify(bytesToHex(hash)))))
  }

  onTransactionHash(listener: (text: string) => void): Unsubscribe {
    return this.#transactions.subscribe((entry) => listener(this.#hashOf(entry)))
  }

  onTransaction(listener: (text: string) => void): Unsubscribe {
    return this.#transactions.subscribe((entry) => listener(this.#transactionOf(entry)))
  }
}

function once<Event extends object, Written>(write: (event: Event) => Written): (event: Event) => Written {
  const written = new WeakMap<Event, { readonly value: Written }>()
  return (event) => {
    const known = written.get(event)
    if (known !== undefined) return known.value
    const value = write(event)
    written.set(event, { value })
    return value
  }
}

function writeHeaders({ added }: HeadEvent): readonly string[] {
  return added.map(({ block, hash }) => JSON.stringify(formatHeader(block.header, hash)))
}

function writeLogs({ removed, added }: HeadEvent): readonly { readonly log: Log; readonly text: string }[] {
  const logsOf = (
    { block, hash, receipts }: HeadEvent['added'][number],
    removal?: 'removed',
  ): readonly { readonly log: Log; readonly text: string }[] => {
    const transactionHashes = block.body.transactions.map((transaction) => transaction.hash)
    const place = { blockHash: hash, blockNumber: block.header.number }
    const found = logsOfReceipts(place, { receipts, transactionHashes }, ANY_LOG)
    return found.map((entry) => ({ log: entry.log, text: JSON.stringify(formatLog(entry, removal)) }))
  }
  return [...removed.flatMap((block) => logsOf(block, 'removed')), ...added.flatMap((block) => logsOf(block))]
}

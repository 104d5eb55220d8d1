import { equalBytes, type Hash32, type Header } from '@poai/core'
import { ChainError } from '../chain-error.ts'
import type { ChainReader } from '../database/chain-database.ts'
import { BoundedCache } from './bounded-cache.ts'
import { type FoundLog, logsOfReceipts } from './match-logs.ts'

/** A block of the chain, as searches see it. */
export interface IndexedBlock {
  readonly number: bigint
  readonly hash: Hash32
  readonly header: Header
}

/** Blocks that one search looks at; ten thousand headers are some 50 ms. */
export const MAX_LOG_SEARCH_BLOCKS = 10_000n
/** Blocks that are remembered by their height: as many as one search looks at. */
const MAX_BLOCKS = Number(MAX_LOG_SEARCH_BLOCKS)
/** Of logs that are remembered. */
const MAX_LOG_BYTES = 8 * 1024 * 1024
/** What a log weighs besides its data: places, hashes, topics. */
const LOG_OVERHEAD_BYTES = 500
const ANY_LOG = { addresses: [], topics: [] } as const

/**
 * The chain by height with its logs, remembered between searches: people ask for the same range again and again. A log
 * that is found again is the same object.
 */
export class LogIndex {
  readonly #reader: Pick<ChainReader, 'head' | 'canonicalHash' | 'header' | 'receipts' | 'body'>
  readonly #blocks = new Map<bigint, IndexedBlock>()
  readonly #logs = new BoundedCache<IndexedBlock, readonly FoundLog[]>(MAX_LOG_BYTES)
  /** The head of the chain that `#blocks` is of. */
  #head: { readonly hash: Hash32; readonly number: bigint } | undefined

  constructor(reader: Pick<ChainReader, 'head' | 'canonicalHash' | 'header' | 'receipts' | 'body'>) {
    this.#reader = reader
  }

  /** Call it before you ask for blocks: it forgets them unless the chain has only grown. */
  followHead(): void {
    const { hash, number } = this.#reader.head()
    const known = this.#head
    if (known !== undefined && equalBytes(known.hash, hash)) return
    const below = known === undefined ? undefined : this.#reader.canonicalHash(known.number)
    const hasGrown = known !== undefined && below !== undefined && equalBytes(known.hash, below)
    if (!hasGrown) this.#blocks.clear()
    this.#head = { hash, number }
  }

  /** The canonical block of a height, if there is one. */
  block(number: bigint): IndexedBlock | undefined {
    const known = this.#blocks.get(number)
    if (known !== undefined) return known
    const hash = this.#reader.canonicalHash(number)
    const header = hash === undefined ? undefined : this.#reader.header(hash)
    if (hash === undefined || header === undefined) return undefined
    if (this.#blocks.size >= MAX_BLOCKS) this.#blocks.clear()
    const block = { number, hash, header }
    this.#blocks.set(number, block)
    return block
  }

  /** All logs of a block, if they are remembered. */
  knownLogs(block: IndexedBlock): readonly FoundLog[] | undefined {
    return this.#logs.get(block)
  }

  /** All logs of a block, from the disk. */
  async readLogs(block: IndexedBlock): Promise<readonly FoundLog[]> {
    const { number, hash } = block
    const [receipts, body] = [await this.#reader.receipts(hash), await this.#reader.body(hash)]
    if (receipts === undefined || body === undefined) {
      const actual = `block ${number}`
      throw new ChainError('CHAIN_NOT_KEPT', 'the receipts of a block are not kept', { actual })
    }
    const transactionHashes = body.transactions.map((transaction) => transaction.hash)
    const place = { blockHash: hash, blockNumber: number }
    const logs = logsOfReceipts(place, { receipts, transactionHashes }, ANY_LOG)
    const weight = logs.reduce((sum, { log }) => sum + log.data.length + LOG_OVERHEAD_BYTES, LOG_OVERHEAD_BYTES)
    this.#logs.set(block, logs, weight)
    // Time has passed, and the chain may have changed.
    this.followHead()
    return logs
  }
}

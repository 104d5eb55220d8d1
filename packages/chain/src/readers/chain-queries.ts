import type { ChainContext } from '@poai/consensus'
import type { Block, Hash32, Header, Receipt, Transaction } from '@poai/core'
import type { KeptBadBlock } from '@poai/storage'
import type { KeptHeights, PastState } from '../database/chain-database.ts'
import { createCachedReader, type QueriedDatabase } from './cached-reader.ts'
import { findLogs, type LogSearch } from './find-logs.ts'
import { LogIndex } from './log-index.ts'
import type { FoundLog } from './match-logs.ts'

/** Names for heights, as Ethereum's clients ask for them. */
export type BlockTag = 'earliest' | 'finalized' | 'safe' | 'latest'

/** A transaction of the canonical chain with its surroundings. */
export interface FoundTransaction {
  readonly transaction: Transaction
  readonly receipt: Receipt
  readonly index: number
  readonly blockHash: Hash32
  readonly header: Header
  /** Of the transaction before it in the block, 0 for the first: a receipt only knows the sum. */
  readonly cumulativeGasBefore: bigint
  /** Logs of the transactions before it in the block. */
  readonly logsBefore: number
}

/** Reads the chain for those who ask about it. Undefined where there is nothing, or nothing any more. */
export interface ChainQueries {
  numberOf(tag: BlockTag): bigint
  header(place: Hash32 | bigint): Header | undefined
  /** What the rules know of the chain that ends with a stored block, canonical or not. */
  context(hash: Hash32): ChainContext | undefined
  block(place: Hash32 | bigint): Promise<Block | undefined>
  /** Of a canonical block. */
  receipts(place: Hash32 | bigint): Promise<readonly Receipt[] | undefined>
  transaction(hash: Hash32): Promise<FoundTransaction | undefined>
  logs(search: LogSearch): Promise<readonly FoundLog[]>
  /** After a canonical block; close it. Throws an `AppError` if that state is not kept. */
  stateAt(number: bigint): PastState
  /** Invalid blocks that came lately, whole. */
  badBlocks(): Promise<readonly KeptBadBlock[]>
  keptHeights(): KeptHeights
}

export interface ChainQueryOptions {
  /** Blocks below the head at which `safe` lies: not final, but past the usual races of miners. */
  readonly safeDepth: bigint
}

/** Queries over a chain that has its genesis block. */
export function createChainQueries(options: ChainQueryOptions, uncached: QueriedDatabase): ChainQueries {
  const database = createCachedReader(uncached)
  const logIndex = new LogIndex(database)
  const hashOf = (place: Hash32 | bigint): Hash32 | undefined =>
    typeof place === 'bigint' ? database.canonicalHash(place) : place
  const header = (place: Hash32 | bigint): Header | undefined => {
    const hash = hashOf(place)
    return hash === undefined ? undefined : database.header(hash)
  }
  /** At a depth, and never among what is final. */
  const below = (depth: bigint): bigint => {
    const [head, final] = [database.head().number, database.final().number]
    return head > final + depth ? head - depth : final
  }
  const block = async (place: Hash32 | bigint): Promise<Block | undefined> => {
    const hash = hashOf(place)
    if (hash === undefined) return undefined
    const [head, body] = [database.header(hash), await database.body(hash)]
    return head === undefined || body === undefined ? undefined : { header: head, body }
  }
  const receipts = async (place: Hash32 | bigint): Promise<readonly Receipt[] | undefined> => {
    const hash = hashOf(place)
    return hash === undefined ? undefined : database.receipts(hash)
  }
  return {
    numberOf: (tag) => {
      if (tag === 'earliest') return 0n
      if (tag === 'finalized') return database.final().number
      return tag === 'safe' ? below(options.safeDepth) : database.head().number
    },
    header,
    context: (hash) => database.context(hash),
    block,
    receipts,
    transaction: async (hash) => {
      const place = database.transactionPlace(hash)
      if (place === undefined) return undefined
      const { blockHash, index } = place
      const [found, all] = [await block(blockHash), await receipts(blockHash)]
      const [transaction, receipt] = [found?.body.transactions[index], all?.[index]]
      if (found === undefined || all === undefined || transaction === undefined || receipt === undefined)
        return undefined
      const before = all.slice(0, index)
      return {
        transaction,
        receipt,
        index,
        blockHash,
        header: found.header,
        cumulativeGasBefore: before.at(-1)?.cumulativeGasUsed ?? 0n,
        logsBefore: before.reduce((sum, { logs }) => sum + logs.length, 0),
      }
    },
    logs: (search) => findLogs(logIndex, search),
    stateAt: (number) => database.stateAt(number),
    badBlocks: () => database.badBlocks(),
    keptHeights: () => database.keptHeights(),
  }
}

import { type Body, bytesToHex, equalBytes, type Hash32, type Header, type Hex, type Receipt } from '@poai/core'
import type { ChainDatabase } from '../database/chain-database.ts'
import { BoundedCache } from './bounded-cache.ts'

/** Headers of half a kilobyte. */
const MAX_HEADERS = 8192
/** Transactions in bodies, and receipts: some tens of megabytes each, decoded. A block without any counts as one. */
const MAX_TRANSACTIONS = 20_000

/** What queries read. */
export type QueriedDatabase = Pick<
  ChainDatabase,
  | ('head' | 'final' | 'context' | 'header' | 'body' | 'receipts')
  | ('canonicalHash' | 'transactionPlace' | 'stateAt' | 'badBlocks' | 'keptHeights')
>

/**
 * Remembers decoded headers, bodies and receipts: people ask about the same blocks, and decoding them is most of the
 * work. What has a hash for its name never changes; whether a block is on the chain is asked each time.
 */
export function createCachedReader(database: QueriedDatabase): QueriedDatabase {
  const headers = new BoundedCache<Hex, Header>(MAX_HEADERS)
  const bodies = new BoundedCache<Hex, Body>(MAX_TRANSACTIONS)
  const receipts = new BoundedCache<Hex, readonly Receipt[]>(MAX_TRANSACTIONS)
  const header = (hash: Hash32): Header | undefined => {
    const name = bytesToHex(hash)
    const known = headers.get(name)
    if (known !== undefined) return known
    const read = database.header(hash)
    if (read !== undefined) headers.set(name, read, 1)
    return read
  }
  /** Receipts are kept of blocks of the chain only. */
  const isCanonical = (hash: Hash32): boolean => {
    const found = header(hash)
    const canonical = found === undefined ? undefined : database.canonicalHash(found.number)
    return canonical !== undefined && equalBytes(canonical, hash)
  }
  return {
    head: () => database.head(),
    final: () => database.final(),
    context: (hash) => database.context(hash),
    canonicalHash: (number) => database.canonicalHash(number),
    transactionPlace: (hash) => database.transactionPlace(hash),
    stateAt: (number) => database.stateAt(number),
    badBlocks: () => database.badBlocks(),
    keptHeights: () => database.keptHeights(),
    header,
    body: async (hash) => {
      const name = bytesToHex(hash)
      const known = bodies.get(name)
      if (known !== undefined) return known
      const read = await database.body(hash)
      if (read !== undefined) bodies.set(name, read, 1 + read.transactions.length)
      return read
    },
    receipts: async (hash) => {
      const name = bytesToHex(hash)
      const known = receipts.get(name)
      if (known !== undefined && isCanonical(hash)) return known
      const read = await database.receipts(hash)
      if (read !== undefined) receipts.set(name, read, 1 + read.length)
      return read
    },
  }
}

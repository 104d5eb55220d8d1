import {
  type BlockCodecs,
  type Body,
  HASH_BYTES,
  type Hash32,
  type Header,
  headerCodec,
  type Receipt,
  toHash32,
} from '@poai/core'
import { encodeNumber, hashedKey, NUMBER_BYTES, numberedKey, tableRange } from '../keys.ts'
import { StorageError } from '../storage-error.ts'
import type { Store } from '../store/store.ts'
import { type ChainHead, readHead } from './chain-head.ts'
import { decodeReceipts } from './receipts-record.ts'

/** Where a transaction of the canonical chain is. */
export interface TransactionLocation {
  readonly blockHash: Hash32
  readonly index: number
}

/**
 * Reads blocks, canonical or not. Small records at once; bodies and receipts, which may be megabytes, off the main
 * thread.
 */
export interface BlockStore {
  head(): ChainHead | undefined
  header(hash: Hash32): Header | undefined
  /** As it was given to `putBlock`. */
  context(hash: Hash32): Uint8Array | undefined
  canonicalHash(number: bigint): Hash32 | undefined
  transaction(hash: Hash32): TransactionLocation | undefined
  body(hash: Hash32): Promise<Body | undefined>
  /** For a peer that asks: checked when it came in, so not decoded again. */
  bodyBytes(hash: Hash32): Promise<Uint8Array | undefined>
  receipts(hash: Hash32): Promise<readonly Receipt[] | undefined>
}

/** Blocks in `store`. */
export function createBlockStore(store: Store, codecs: Pick<BlockCodecs, 'body'>): BlockStore {
  const bodyBytes = (hash: Hash32): Promise<Uint8Array | undefined> => store.get(hashedKey('bodies', hash))
  return {
    head: () => readHead(store),
    header: (hash) => {
      const bytes = store.getSync(hashedKey('headers', hash))
      return bytes === undefined ? undefined : headerCodec.decode(bytes)
    },
    context: (hash) => store.getSync(hashedKey('contexts', hash)),
    canonicalHash: (number) => {
      const bytes = store.getSync(numberedKey('canonical', number))
      return bytes === undefined ? undefined : toHash32(bytes)
    },
    transaction: (hash) => {
      const bytes = store.getSync(hashedKey('transactions', hash))
      return bytes === undefined ? undefined : decodeLocation(bytes)
    },
    body: async (hash) => {
      const bytes = await bodyBytes(hash)
      return bytes === undefined ? undefined : codecs.body.decode(bytes)
    },
    bodyBytes,
    receipts: async (hash) => {
      const bytes = await store.get(hashedKey('receipts', hash))
      return bytes === undefined ? undefined : decodeReceipts(bytes)
    },
  }
}

/** The location in a record of the transaction index. */
export function decodeLocation(bytes: Uint8Array): TransactionLocation {
  if (bytes.length !== HASH_BYTES + 4) throw new StorageError('STORAGE_DAMAGED', 'a transaction location is not one')
  const index = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(HASH_BYTES)
  return { blockHash: toHash32(bytes.subarray(0, HASH_BYTES)), index }
}

/**
 * Most blocks that are listed of one height or one parent; a peer can make many cheap headers, but not many with valid
 * work.
 */
export const MAX_SIBLINGS = 1024

async function hashesIn(
  store: Store,
  range: ReturnType<typeof tableRange>,
  offset: number,
): Promise<readonly Hash32[]> {
  const hashes: Hash32[] = []
  for await (const [key] of store.entries({ ...range, limit: MAX_SIBLINGS }))
    hashes.push(toHash32(key.subarray(offset)))
  return hashes
}

/** The known blocks of a height, canonical or not, in the order of their hashes. */
export function blocksAtHeight(store: Store, number: bigint): Promise<readonly Hash32[]> {
  return hashesIn(store, tableRange('heights', encodeNumber(number)), 1 + NUMBER_BYTES)
}

/** The known blocks after a block, in the order of their hashes. */
export function childrenOf(store: Store, parent: Hash32): Promise<readonly Hash32[]> {
  return hashesIn(store, tableRange('children', parent), 1 + HASH_BYTES)
}

import {
  type Block,
  type BlockCodecs,
  concatBytes,
  equalBytes,
  type Hash32,
  headerCodec,
  headerHash,
  invariant,
  type Receipt,
} from '@poai/core'
import { hashedKey, keyOf, numberedKey } from '../keys.ts'
import type { WriteBatch } from '../store/write-batch.ts'
import { readHead, writeHead } from './chain-head.ts'
import { encodeReceipts } from './receipts-record.ts'

/** A block to keep, canonical or not. */
export interface StoredBlock extends Block {
  /** The chain's context after it, encoded: consensus knows what is in it. */
  readonly context: Uint8Array
}

const NO_VALUE = new Uint8Array(0)

/** Keeps a block by its hash, known at its height and as its parent's child. It is not canonical by that. */
export function putBlock(batch: WriteBatch, codecs: Pick<BlockCodecs, 'body'>, block: StoredBlock): Hash32 {
  const { header, body, context } = block
  const hash = headerHash(header)
  batch.put(hashedKey('headers', hash), headerCodec.encode(header))
  batch.put(hashedKey('bodies', hash), codecs.body.encode(body))
  batch.put(hashedKey('contexts', hash), context)
  batch.put(numberedKeyOf(header.number, hash), NO_VALUE)
  batch.put(keyOf('children', header.parentHash, hash), NO_VALUE)
  return hash
}

/** Keeps what executing the block gave. */
export function putReceipts(batch: WriteBatch, hash: Hash32, receipts: readonly Receipt[]): void {
  batch.put(hashedKey('receipts', hash), encodeReceipts(receipts))
}

/**
 * Puts a block on top of the canonical chain: by number, by its transactions, as the head. Its parent must be the head.
 */
export function makeCanonical(batch: WriteBatch, { header, body }: Block): void {
  const hash = headerHash(header)
  const head = readHead(batch)
  const isNext = head === undefined ? header.number === 0n : equalBytes(header.parentHash, head.hash)
  invariant(isNext, `block ${header.number} does not follow the head`)
  batch.put(numberedKey('canonical', header.number), hash)
  body.transactions.forEach((transaction, index) => {
    batch.put(hashedKey('transactions', transaction.hash), locationOf(hash, index))
  })
  writeHead(batch, { hash, number: header.number })
}

/** Takes the head off the canonical chain; its parent becomes the head. It stays as a block of a side branch. */
export function unmakeCanonical(batch: WriteBatch, { header, body }: Block): void {
  const hash = headerHash(header)
  const head = readHead(batch)
  invariant(head !== undefined && equalBytes(head.hash, hash), `block ${header.number} is not the head`)
  invariant(header.number > 0n, 'the genesis block stays')
  batch.delete(numberedKey('canonical', header.number))
  for (const transaction of body.transactions) batch.delete(hashedKey('transactions', transaction.hash))
  writeHead(batch, { hash: header.parentHash, number: header.number - 1n })
}

/** What a block leaves when it is deleted whole. */
export interface ForgettableBlock {
  readonly hash: Hash32
  readonly number: bigint
  readonly parentHash: Hash32
}

/** Forgets a block of a side branch. */
export function deleteBlock(batch: WriteBatch, { hash, number, parentHash }: ForgettableBlock): void {
  for (const table of ['headers', 'bodies', 'contexts', 'receipts'] as const) batch.delete(hashedKey(table, hash))
  batch.delete(numberedKeyOf(number, hash))
  batch.delete(keyOf('children', parentHash, hash))
}

function numberedKeyOf(number: bigint, hash: Hash32): Uint8Array {
  return concatBytes(numberedKey('heights', number), hash)
}

function locationOf(hash: Hash32, index: number): Uint8Array {
  const location = new Uint8Array(hash.length + 4)
  location.set(hash)
  new DataView(location.buffer).setUint32(hash.length, index)
  return location
}

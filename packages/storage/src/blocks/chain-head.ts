import { concatBytes, HASH_BYTES, type Hash32, toHash32 } from '@poai/core'
import { decodeNumber, encodeNumber, keyOf, NUMBER_BYTES } from '../keys.ts'
import { StorageError } from '../storage-error.ts'
import type { SyncReader } from '../store/store.ts'
import type { WriteBatch } from '../store/write-batch.ts'

/** The last block of the canonical chain. The state is the one after it. */
export interface ChainHead {
  readonly hash: Hash32
  readonly number: bigint
}

/** Undefined in a database without a genesis block. */
export function readHead(reader: SyncReader): ChainHead | undefined {
  const bytes = reader.getSync(keyOf('head'))
  if (bytes === undefined) return undefined
  if (bytes.length !== HASH_BYTES + NUMBER_BYTES) throw new StorageError('STORAGE_DAMAGED', 'the head is not a head')
  return { hash: toHash32(bytes.subarray(0, HASH_BYTES)), number: decodeNumber(bytes, HASH_BYTES) }
}

/** Moves the head. */
export function writeHead(batch: WriteBatch, { hash, number }: ChainHead): void {
  batch.put(keyOf('head'), concatBytes(hash, encodeNumber(number)))
}

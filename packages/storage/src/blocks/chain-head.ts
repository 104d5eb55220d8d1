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
  return decodeHead(bytes, () => new StorageError('STORAGE_DAMAGED', 'the head is not a head'))
}

/** Moves the head. */
export function writeHead(batch: WriteBatch, head: ChainHead): void {
  batch.put(keyOf('head'), encodeHead(head))
}

/** A block of the chain as a record names it. */
export function encodeHead({ hash, number }: ChainHead): Uint8Array {
  return concatBytes(hash, encodeNumber(number))
}

/** What {@link encodeHead} wrote; throws what `damage` makes of anything else. */
export function decodeHead(bytes: Uint8Array, damage: () => StorageError): ChainHead {
  if (bytes.length !== HASH_BYTES + NUMBER_BYTES) throw damage()
  return { hash: toHash32(bytes.subarray(0, HASH_BYTES)), number: decodeNumber(bytes, HASH_BYTES) }
}

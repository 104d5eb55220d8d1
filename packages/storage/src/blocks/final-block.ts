import { keyOf } from '../keys.ts'
import { StorageError } from '../storage-error.ts'
import type { SyncReader } from '../store/store.ts'
import type { WriteBatch } from '../store/write-batch.ts'
import { type ChainHead, decodeHead, encodeHead } from './chain-head.ts'

/** The last block that is final by this node's own judgement; undefined if only the genesis block ever was. */
export function readFinalBlock(reader: SyncReader): ChainHead | undefined {
  const bytes = reader.getSync(keyOf('final'))
  if (bytes === undefined) return undefined
  return decodeHead(bytes, () => new StorageError('STORAGE_DAMAGED', 'the mark of finality names no block'))
}

/** Moves the mark. */
export function writeFinalBlock(batch: WriteBatch, block: ChainHead): void {
  batch.put(keyOf('final'), encodeHead(block))
}

/** Takes the mark back: nothing is final any more but what cannot be rolled back. */
export function dropFinalBlock(batch: WriteBatch): void {
  batch.delete(keyOf('final'))
}

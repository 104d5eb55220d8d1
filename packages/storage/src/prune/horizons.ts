import { joinBytes } from '@poai/core'
import { decodeNumber, encodeNumber, keyOf, NUMBER_BYTES } from '../keys.ts'
import { StorageError } from '../storage-error.ts'
import type { SyncReader } from '../store/store.ts'
import type { WriteBatch } from '../store/write-batch.ts'

/** From which height on what is kept. All 0 in a database that was never pruned. */
export interface Horizons {
  /** The oldest block after which the state can be read. */
  readonly history: bigint
  /** Blocks above it can be rolled back. */
  readonly undo: bigint
  /** The oldest block with body, receipts and transaction index, the genesis block apart. */
  readonly blocks: bigint
  /** Side branches below it are gone. */
  readonly branches: bigint
}

/** In the order of their record. */
export const HORIZON_NAMES: readonly ['history', 'undo', 'blocks', 'branches'] = [
  'history',
  'undo',
  'blocks',
  'branches',
]

/** The horizons on disk. */
export function readHorizons(reader: SyncReader): Horizons {
  const bytes = reader.getSync(keyOf('horizons'))
  if (bytes === undefined) return { history: 0n, undo: 0n, blocks: 0n, branches: 0n }
  if (bytes.length !== HORIZON_NAMES.length * NUMBER_BYTES)
    throw new StorageError('STORAGE_DAMAGED', 'horizons are not horizons')
  const [history, undo, blocks, branches] = HORIZON_NAMES.map((_, index) => decodeNumber(bytes, index * NUMBER_BYTES))
  return { history: history ?? 0n, undo: undo ?? 0n, blocks: blocks ?? 0n, branches: branches ?? 0n }
}

/** Moves the horizons, together with what lies below them. */
export function writeHorizons(batch: WriteBatch, horizons: Horizons): void {
  batch.put(keyOf('horizons'), joinBytes(HORIZON_NAMES.map((name) => encodeNumber(horizons[name]))))
}

import { AppError } from '@poai/core'

/**
 * What can go wrong with what is on the disk.
 *
 * - `STORAGE_LOCKED`: another process has the database open; `actual` names it.
 * - `STORAGE_VERSION_NEWER`: written by a later program than this one.
 * - `STORAGE_VERSION_OLDER`: must be migrated first, or no migration leads here.
 * - `STORAGE_WRONG_NETWORK`: the chain of another genesis block.
 * - `STORAGE_DAMAGED`: files or records are not what was written.
 * - `STORAGE_NO_PERMISSION`: the file system does not let us read or write.
 * - `STORAGE_DISK_FULL`: no room; what was committed before is safe.
 * - `STORAGE_CLOSED`: used before it was opened or after it was closed.
 * - `STORAGE_FAILED`: the file system or LevelDB refused something else; nothing more is written until it is opened
 *   again.
 * - `STORAGE_HISTORY_PRUNED`: the state at that height is not kept any more.
 * - `STORAGE_UNDO_PRUNED`: the block is too old to be rolled back.
 * - `STORAGE_CHAIN_FILE_DAMAGED`: an exported chain whose bytes or blocks do not fit together.
 * - `STORAGE_CHAIN_FILE_FOREIGN`: not a chain file, or of another network, range or version.
 */
export type StorageErrorCode =
  | 'STORAGE_LOCKED'
  | 'STORAGE_VERSION_NEWER'
  | 'STORAGE_VERSION_OLDER'
  | 'STORAGE_WRONG_NETWORK'
  | 'STORAGE_DAMAGED'
  | 'STORAGE_NO_PERMISSION'
  | 'STORAGE_DISK_FULL'
  | 'STORAGE_CLOSED'
  | 'STORAGE_FAILED'
  | 'STORAGE_HISTORY_PRUNED'
  | 'STORAGE_UNDO_PRUNED'
  | 'STORAGE_CHAIN_FILE_DAMAGED'
  | 'STORAGE_CHAIN_FILE_FOREIGN'

/** The disk, or what is on it, failed: no judgement on a block. */
export class StorageError extends AppError<StorageErrorCode> {
  override readonly name: string = 'StorageError'
}

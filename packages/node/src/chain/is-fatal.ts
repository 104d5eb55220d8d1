import { InvariantError } from '@poai/core'
import { StorageError, type StorageErrorCode } from '@poai/storage'

/** After these nothing can be read or written, so every further call would fail. */
const FATAL: ReadonlySet<StorageErrorCode> = new Set([
  'STORAGE_DAMAGED',
  'STORAGE_DISK_FULL',
  'STORAGE_FAILED',
  'STORAGE_NO_PERMISSION',
])

/** True for errors after which a node must stop. */
export function isFatal(error: unknown): boolean {
  return error instanceof InvariantError || (error instanceof StorageError && FATAL.has(error.code))
}

import { InvariantError } from '@poai/core'
import { StorageError, type StorageErrorCode } from '@poai/storage'

/** After these nothing can be read or written: going on would only tell every caller so. */
const FATAL: ReadonlySet<StorageErrorCode> = new Set([
  'STORAGE_DAMAGED',
  'STORAGE_DISK_FULL',
  'STORAGE_FAILED',
  'STORAGE_NO_PERMISSION',
])

/** True for what a node must stop after. */
export function isFatal(error: unknown): boolean {
  return error instanceof InvariantError || (error instanceof StorageError && FATAL.has(error.code))
}

import { defined } from '@poai/core'
import { StorageError, type StorageErrorCode } from '../storage-error.ts'

/**
 * Codes of Node and of LevelDB, and words of LevelDB's messages, by what they mean here; the first that matches counts.
 */
const MEANINGS: readonly { readonly code: StorageErrorCode; readonly signs: RegExp; readonly hint?: string }[] = [
  { code: 'STORAGE_LOCKED', signs: /LEVEL_LOCKED/, hint: 'stop the other process, or use another data directory' },
  {
    code: 'STORAGE_DISK_FULL',
    signs: /ENOSPC|EDQUOT|No space left|quota exceeded|LEVEL_DISK_FULL/i,
    hint: 'make room and start again: nothing that was committed is lost',
  },
  {
    code: 'STORAGE_NO_PERMISSION',
    signs: /EACCES|EPERM|EROFS|Permission denied|Operation not permitted|Read-only file system/i,
    hint: 'the directory and all files in it must belong to the user that runs the node',
  },
  {
    code: 'STORAGE_DAMAGED',
    signs: /LEVEL_CORRUPTION|Corruption:/,
    hint: 'restore a copy, or delete the database and synchronise again',
  },
]

/** Everything that an error and its causes say of themselves. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return `${code} ${error.message}\n${error.cause === undefined ? '' : wordsOf(error.cause)}`
}

/** What a failure of LevelDB or of the file system means. One that is a StorageError already stays what it is. */
export function storageFailure(action: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause
  const words = wordsOf(cause)
  const meaning = MEANINGS.find(({ signs }) => signs.test(words))
  if (meaning !== undefined) {
    return new StorageError(meaning.code, `cannot ${action}`, {
      ...{ cause, actual: lastLine(words) },
      ...defined({ hint: meaning.hint }),
    })
  }
  // LevelDB gives no other reason than this code where nothing failed but the order of calls.
  const isClosed = /^LEVEL_(DATABASE|ITERATOR|SNAPSHOT)_NOT_OPEN [^\n]*\n$/.test(words)
  return new StorageError(isClosed ? 'STORAGE_CLOSED' : 'STORAGE_FAILED', `cannot ${action}`, {
    cause,
    actual: lastLine(words),
  })
}

/** The innermost cause says most. */
function lastLine(words: string): string {
  return words.trim().split('\n').at(-1)?.trim() ?? ''
}

import { expect, test } from 'vitest'
import { storageFailure } from '../../../src/database/level-failure.ts'

function levelError(code: string, message: string, cause?: Error): Error {
  return Object.assign(new Error(message, { cause }), { code })
}

const WITHOUT_CAUSE = 'Database failed to open'

test.each([
  ['STORAGE_LOCKED', levelError('LEVEL_LOCKED', 'IO error: lock db/LOCK: Resource temporarily unavailable')],
  ['STORAGE_DAMAGED', levelError('LEVEL_CORRUPTION', 'Corruption: CURRENT file does not end with newline')],
  ['STORAGE_DISK_FULL', levelError('LEVEL_IO_ERROR', 'IO error: db/000005.log: No space left on device')],
  ['STORAGE_DISK_FULL', levelError('EDQUOT', 'EDQUOT: disk quota exceeded, write')],
  ['STORAGE_NO_PERMISSION', levelError('LEVEL_IO_ERROR', 'IO error: db/LOCK: Permission denied')],
  ['STORAGE_NO_PERMISSION', levelError('EROFS', 'EROFS: read-only file system, mkdir')],
  ['STORAGE_FAILED', levelError('LEVEL_IO_ERROR', 'IO error: db/000007.ldb: Input/output error')],
])('%s from LevelDB’s words, as they come or as a cause', (code, error) => {
  expect(storageFailure('work', error).code).toBe(code)
  const wrapped = storageFailure('work', levelError('LEVEL_DATABASE_NOT_OPEN', WITHOUT_CAUSE, error))
  expect(wrapped.code).toBe(code)
  expect(wrapped.cause).toBeInstanceOf(Error)
  expect(wrapped.actual).toContain(error.message)
})

test('a database that is not open without any cause was closed', () => {
  expect(storageFailure('work', levelError('LEVEL_DATABASE_NOT_OPEN', 'Database is not open')).code).toBe(
    'STORAGE_CLOSED',
  )
})

test('what has a code already keeps it', () => {
  const first = storageFailure('work', levelError('ENOSPC', 'full'))
  expect(storageFailure('other work', first)).toBe(first)
})

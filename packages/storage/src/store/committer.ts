import { invariant } from '@poai/core'
import { decodeNumber, numberedKey, tableRange } from '../keys.ts'
import { NOTES_FROM } from '../layout.ts'
import { StorageError } from '../storage-error.ts'
import type { Store } from './store.ts'
import { createWriteBatch, type WriteBatch } from './write-batch.ts'

/** The one way by which anything gets into the store. */
export interface Committer {
  /** A batch over the store as it is now. */
  begin(): WriteBatch
  /**
   * Writes all of the batch or nothing, and, with `sync`, resolves when a power cut can no longer undo it. A batch that
   * changes the chain must have begun after the last commit that did: otherwise what it read may be gone.
   */
  commit(batch: WriteBatch, options: { readonly sync: boolean }): Promise<void>
}

/**
 * Marks of so many last commits are kept. LevelDB recovers from a damaged log by leaving out the damaged 32 kB, and
 * goes on with what follows (measured: one flipped bit lost 126 batches of 2,000 without a word): a gap in the marks
 * shows it.
 */
export const COMMIT_MARKS = 4096n

const NO_VALUE = new Uint8Array(0)

/** The number of the last commit; damage if one of those before it is missing. */
async function readLastCommit(store: Store): Promise<bigint> {
  const marks: bigint[] = []
  for await (const [key] of store.entries(tableRange('commits'))) marks.push(decodeNumber(key, 1))
  const last = marks.at(-1) ?? 0n
  const expected = last < COMMIT_MARKS ? last : COMMIT_MARKS
  if (BigInt(marks.length) === expected) return last
  throw new StorageError('STORAGE_DAMAGED', 'commits before the last one are missing', {
    expected: `marks of ${expected} commits up to ${last}`,
    actual: `${marks.length}`,
    hint: 'the log was damaged, by the disk or by hand: restore a copy, or delete the database and synchronise again',
  })
}

/** Takes charge of all writing to `store`. One a store. */
export async function createCommitter(store: Store): Promise<Committer> {
  let lastCommit = await readLastCommit(store)
  let chainVersion = 0
  const begunAt = new WeakMap<WriteBatch, number>()

  return {
    begin: () => {
      const batch = createWriteBatch(store)
      begunAt.set(batch, chainVersion)
      return batch
    },
    commit: (batch, options) => {
      const version = begunAt.get(batch)
      invariant(version !== undefined, 'a batch is committed once, where it was begun')
      begunAt.delete(batch)
      if (batch.changes().some(({ key }) => (key[0] as number) < NOTES_FROM)) {
        invariant(version === chainVersion, 'the chain changed after this batch was begun')
        chainVersion++
      }
      lastCommit++
      batch.put(numberedKey('commits', lastCommit), NO_VALUE)
      if (lastCommit > COMMIT_MARKS) batch.delete(numberedKey('commits', lastCommit - COMMIT_MARKS))
      return store.write(batch.changes(), options)
    },
  }
}

import { readHead } from '../blocks/chain-head.ts'
import { readHorizons } from '../prune/horizons.ts'
import { StorageError } from '../storage-error.ts'
import type { Store } from '../store/store.ts'
import type { StateReader, TrieNodeReader } from './state-changes.ts'
import { createPastStateReader, createStateReader, createTrieNodeReader } from './state-readers.ts'

/** A state that stays as it is while blocks come and go. */
export interface StateView extends StateReader {
  readonly number: bigint
  /** Lets the store drop what only this view needs. May be called twice. */
  close(): Promise<void>
}

/** Reads the state. What changes it is `applyState` and `rollbackState`, on a batch. */
export interface StateStore {
  /** The state after the head, moving with it: for the import pipeline, which moves it. */
  readonly head: StateReader
  /** The tries of that state. */
  readonly nodes: TrieNodeReader
  /** The state after canonical block `number`, on disk already. Throws `STORAGE_HISTORY_PRUNED` if it is not kept. */
  at(number: bigint): StateView
}

/** The state in `store`. */
export function createStateStore(store: Store): StateStore {
  return {
    head: createStateReader(store),
    nodes: createTrieNodeReader(store),
    at: (number) => {
      const snapshot = store.snapshot()
      const head = readHead(snapshot)
      const { history } = readHorizons(snapshot)
      if (head === undefined || number < history || number > head.number) {
        // Nothing waits for it: closing a snapshot does nothing that could fail.
        void snapshot.close()
        throw new StorageError('STORAGE_HISTORY_PRUNED', `the state after block ${number} is not kept`, {
          expected: head === undefined ? 'no chain yet' : `${history} to ${head.number}`,
          actual: `${number}`,
        })
      }
      let closing: Promise<void> | undefined
      return {
        number,
        ...createPastStateReader(snapshot, number),
        close: () => {
          closing ??= snapshot.close()
          return closing
        },
      }
    },
  }
}

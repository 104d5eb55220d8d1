import type { StoreChange } from '@poai/core'
import { keyToText } from './key-text.ts'
import type { SyncReader } from './store.ts'

/**
 * Changes that will become part of the store together or not at all. It reads what it is about to write, so several
 * steps (roll back three blocks, apply four) build on each other and are one commit.
 */
export interface WriteBatch extends SyncReader {
  put(key: Uint8Array, value: Uint8Array): void
  delete(key: Uint8Array): void
  /** One change a key, the last one. */
  changes(): readonly StoreChange[]
  /** Of keys and values so far: what the commit writes to the log. */
  sizeBytes(): number
}

/** An empty batch over what `reader` has. */
export function createWriteBatch(reader: SyncReader): WriteBatch {
  const pending = new Map<string, StoreChange>()
  let size = 0

  const set = (change: StoreChange): void => {
    const text = keyToText(change.key)
    const replaced = pending.get(text)
    if (replaced !== undefined) size -= sizeOf(replaced)
    size += sizeOf(change)
    pending.set(text, change)
  }
  return {
    getSync: (key) => {
      const change = pending.get(keyToText(key))
      return change === undefined ? reader.getSync(key) : change.value
    },
    put: (key, value) => set({ key, value }),
    delete: (key) => set({ key, value: undefined }),
    changes: () => [...pending.values()],
    sizeBytes: () => size,
  }
}

function sizeOf({ key, value }: StoreChange): number {
  return key.length + (value?.length ?? 0)
}

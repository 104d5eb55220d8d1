import type { StoreChange, StoreRange } from '@poai/core'
import { StorageError } from '../storage-error.ts'
import { keyToText, textToKey } from './key-text.ts'
import type { Store } from './store.ts'

/** A store that is gone with the process: for tests, and for tools that replay a chain without keeping it. */
export function createMemoryStore(): Store {
  let values = new Map<string, Uint8Array>()
  /** Whether a snapshot or an iteration may still read `values`. */
  let isShared = false
  let sorted: readonly string[] | undefined
  let open = true

  const current = (): Map<string, Uint8Array> => {
    if (!open) throw new StorageError('STORAGE_CLOSED', 'the store is closed')
    return values
  }
  const share = (): ReadonlyMap<string, Uint8Array> => {
    isShared = true
    return current()
  }
  const textsOf = ({ gte, lt, reverse, limit }: StoreRange): readonly string[] => {
    const from = keyToText(gte)
    const to = keyToText(lt)
    sorted ??= [...current().keys()].sort()
    const texts = sorted.filter((text) => text >= from && text < to)
    return (reverse === true ? texts.reverse() : texts).slice(0, limit)
  }

  return {
    getSync: (key) => current().get(keyToText(key)),
    get: async (key) => current().get(keyToText(key)),
    getMany: async (keys) => keys.map((key) => current().get(keyToText(key))),
    entries: async function* (range) {
      const seen = share()
      for (const text of textsOf(range)) yield [textToKey(text), seen.get(text) as Uint8Array] as const
    },
    write: async (changes: readonly StoreChange[]) => {
      // Snapshots and iterations keep the map that they began with.
      const next = isShared ? new Map(current()) : current()
      for (const { key, value } of changes) {
        if (value === undefined) next.delete(keyToText(key))
        else next.set(keyToText(key), value)
      }
      values = next
      isShared = false
      sorted = undefined
    },
    snapshot: () => {
      const seen = share()
      return { getSync: (key) => seen.get(keyToText(key)), close: async () => undefined }
    },
    approximateSize: async (gte, lt) => {
      let size = 0
      for (const text of textsOf({ gte, lt })) size += text.length + (current().get(text) as Uint8Array).length
      return size
    },
    compact: async () => undefined,
    close: async () => {
      open = false
    },
  }
}

import type { StoreChange } from '@poai/core'
import { type CacheName, TABLES } from '../layout.ts'
import { type ByteCache, type CacheFigures, createByteCache } from './byte-cache.ts'
import { keyToText } from './key-text.ts'
import type { Store } from './store.ts'

/** Bytes of memory for each cache. */
export type CacheSizes = Readonly<Record<Exclude<CacheName, 'none'>, number>>

const MEBIBYTE: number = 1024 * 1024

/**
 * 90 MiB in all: the accounts and slots of recent blocks (about 150,000), the upper levels of the tries, headers and
 * contexts of a day, and the contracts in use. LevelDB's own cache of blocks comes on top.
 */
export const DEFAULT_CACHE_SIZES: CacheSizes = {
  blocks: 10 * MEBIBYTE,
  state: 40 * MEBIBYTE,
  tries: 32 * MEBIBYTE,
  code: 8 * MEBIBYTE,
}

/** A store with caches in front of it. */
export interface CachedStore extends Store {
  cacheFigures(): readonly CacheFigures[]
}

function cachesByPrefix(caches: Readonly<Record<Exclude<CacheName, 'none'>, ByteCache>>): readonly ByteCache[] {
  const byPrefix: ByteCache[] = []
  for (const { prefix, cache } of Object.values(TABLES)) if (cache !== 'none') byPrefix[prefix] = caches[cache]
  return byPrefix
}

/**
 * Puts caches before `inner`. A write is visible to every read from the moment it is called, all of it at once: a
 * reader never sees one key before and another after it. Should it fail, nothing can be read or written any more, as
 * what was seen is not on disk. Writes are done one after the other. Iteration waits for those before it; snapshots
 * show what is on disk.
 */
export function createCachedStore(inner: Store, sizes: CacheSizes = DEFAULT_CACHE_SIZES): CachedStore {
  const caches = {
    blocks: createByteCache('blocks', sizes.blocks),
    state: createByteCache('state', sizes.state),
    tries: createByteCache('tries', sizes.tries),
    code: createByteCache('code', sizes.code),
  }
  const cacheOfPrefix = cachesByPrefix(caches)
  /** What is being written, by key, while it is; later writes stand over earlier ones. */
  const pending = new Map<string, StoreChange>()
  let lastWrite: Promise<void> = Promise.resolve()
  let failure: unknown

  const checkUsable = (): void => {
    if (failure !== undefined) throw failure
  }
  const getSync = (key: Uint8Array): Uint8Array | undefined => {
    checkUsable()
    const text = keyToText(key)
    const change = pending.size === 0 ? undefined : pending.get(text)
    if (change !== undefined) return change.value
    const cache = cacheOfPrefix[key[0] as number]
    if (cache === undefined) return inner.getSync(key)
    const known = cache.get(text)
    if (known !== undefined) return known === 'absent' ? undefined : known
    const value = inner.getSync(key)
    cache.set(text, value)
    return value
  }
  const settle = (text: string, change: StoreChange): void => {
    // A later write may have put its own change in this one's place.
    if (pending.get(text) !== change) return
    cacheOfPrefix[change.key[0] as number]?.set(text, change.value)
    pending.delete(text)
  }
  const get = async (key: Uint8Array): Promise<Uint8Array | undefined> => {
    checkUsable()
    const change = pending.get(keyToText(key))
    return change === undefined ? inner.get(key) : change.value
  }
  return {
    getSync,
    get,
    getMany: async (keys) => {
      checkUsable()
      if (pending.size === 0) return inner.getMany(keys)
      return Promise.all(keys.map(get))
    },
    entries: async function* (range) {
      await lastWrite
      checkUsable()
      yield* inner.entries(range)
    },
    write: (changes, options) => {
      if (failure !== undefined) return Promise.reject(failure)
      const entries = changes.map((change) => [keyToText(change.key), change] as const)
      for (const [text, change] of entries) pending.set(text, change)
      const write = lastWrite.then(async () => {
        checkUsable()
        try {
          await inner.write(changes, options)
        } catch (error) {
          failure = error
          throw error
        }
        for (const [text, change] of entries) settle(text, change)
      })
      // Whoever called gets the failure; the next in line sees `failure`.
      lastWrite = write.catch(() => undefined)
      return write
    },
    snapshot: () => {
      checkUsable()
      return inner.snapshot()
    },
    approximateSize: inner.approximateSize,
    compact: inner.compact,
    close: async () => {
      await lastWrite
      await inner.close()
    },
    cacheFigures: () => Object.values(caches).map((cache) => cache.figures()),
  }
}

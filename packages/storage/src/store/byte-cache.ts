import { invariant } from '@poai/core'

/** What a cache did so far, and holds now. */
export interface CacheFigures {
  readonly name: string
  readonly hits: number
  readonly misses: number
  readonly entries: number
  readonly sizeBytes: number
  readonly maxBytes: number
}

/** Recently used values, absence included, in a bounded number of bytes. */
export interface ByteCache {
  /**
   * The value, `'absent'` where the store is known to have none, or undefined where the cache does not know. Counts as
   * a use.
   */
  get(key: string): Uint8Array | 'absent' | undefined
  set(key: string, value: Uint8Array | undefined): void
  figures(): CacheFigures
}

/**
 * Map entry, key string and buffer object around the bytes themselves: a round estimate, so that many small entries
 * count too.
 */
const ENTRY_OVERHEAD_BYTES = 200

/** A cache that drops the least recently used entries first. `maxBytes` of 0 holds nothing. */
export function createByteCache(name: string, maxBytes: number): ByteCache {
  // A Map iterates in the order of insertion: what is used moves to the end by being inserted again.
  const entries = new Map<string, Uint8Array | 'absent'>()
  // One iterator for good: a new one steps over the holes of all that was dropped since the Map was last rebuilt
  // (measured: 250 µs an entry instead of 2).
  let fromOldest = entries.entries()
  let sizeBytes = 0
  let hits = 0
  let misses = 0

  const costOf = (key: string, value: Uint8Array | 'absent'): number =>
    ENTRY_OVERHEAD_BYTES + key.length + (value === 'absent' ? 0 : value.length)
  const drop = (key: string, value: Uint8Array | 'absent'): void => {
    entries.delete(key)
    sizeBytes -= costOf(key, value)
  }
  /** All before the iterator is dropped already, or has moved to the end by being used. */
  const dropOldest = (): void => {
    let oldest = fromOldest.next()
    if (oldest.done === true) {
      fromOldest = entries.entries()
      oldest = fromOldest.next()
    }
    invariant(oldest.done !== true, 'a cache that is too large has an entry')
    drop(...oldest.value)
  }
  return {
    get: (key) => {
      const value = entries.get(key)
      if (value === undefined) {
        misses++
        return undefined
      }
      hits++
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set: (key, value = undefined) => {
      const next = value ?? 'absent'
      const previous = entries.get(key)
      if (previous !== undefined) drop(key, previous)
      const cost = costOf(key, next)
      if (cost > maxBytes) return
      entries.set(key, next)
      sizeBytes += cost
      while (sizeBytes > maxBytes) dropOldest()
    },
    figures: () => ({ name, hits, misses, entries: entries.size, sizeBytes, maxBytes }),
  }
}

import type { KeyValueStore } from '@poai/core'

/**
 * Reads at once: state is read so often that a promise for each value costs more than the read (measured: 3 to 13
 * times).
 */
export interface SyncReader {
  /** Undefined if the key is not there. The bytes are shared: never change them. */
  getSync(key: Uint8Array): Uint8Array | undefined
}

/** The store as it was at one moment, whatever is written since. Hold it briefly: it keeps old versions on disk. */
export interface StoreSnapshot extends SyncReader {
  close(): Promise<void>
}

/** An ordered store on disk or in memory. */
export interface Store extends KeyValueStore, SyncReader {
  snapshot(): StoreSnapshot
  /** Bytes on disk of the keys from `gte` on and below `lt`, without what is in memory only. */
  approximateSize(gte: Uint8Array, lt: Uint8Array): Promise<number>
  /** Gives back the room of what was deleted or overwritten in that range. */
  compact(gte: Uint8Array, lt: Uint8Array): Promise<void>
  /** Waits for writes in flight. May be called twice. */
  close(): Promise<void>
}

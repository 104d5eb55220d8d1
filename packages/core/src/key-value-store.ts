/** One change of a batch: a value to put, or a key to delete where the value is undefined. */
export interface StoreChange {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

/** Which keys to visit: from `gte` on, below `lt`, in byte order or against it. */
export interface StoreRange {
  readonly gte: Uint8Array
  readonly lt: Uint8Array
  readonly reverse?: boolean
  readonly limit?: number
}

/** Ordered bytes to bytes. */
export interface KeyValueStore {
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>
  entries(range: StoreRange): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>
  /** All the changes or none, in the order given; on disk before it resolves where `sync` is set. */
  write(changes: readonly StoreChange[], options: { readonly sync: boolean }): Promise<void>
}

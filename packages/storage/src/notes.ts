import { utf8ToBytes } from '@poai/core'
import { hashedKey, keyOf, tableRange } from './keys.ts'
import type { Store, SyncReader } from './store/store.ts'
import type { WriteBatch } from './store/write-batch.ts'

/**
 * Transactions of a snapshot: above what a mempool of the default size holds, so that a file cannot fill the memory.
 */
export const MAX_MEMPOOL_SNAPSHOT = 65_536
/** Peers to remember: all that p2p keeps (4,096 with a score, some 1,600 to dial, some banned), with room to spare. */
export const MAX_PEERS = 8192

async function keysOf(store: Store, table: 'mempool' | 'peers'): Promise<readonly Uint8Array[]> {
  const keys: Uint8Array[] = []
  for await (const [key] of store.entries(tableRange(table))) keys.push(key)
  return keys
}

/**
 * Replaces the snapshot of the mempool, for the next start. Transactions above {@link MAX_MEMPOOL_SNAPSHOT} are left
 * out.
 */
export async function saveMempool(store: Store, batch: WriteBatch, transactions: readonly Uint8Array[]): Promise<void> {
  for (const key of await keysOf(store, 'mempool')) batch.delete(key)
  transactions.slice(0, MAX_MEMPOOL_SNAPSHOT).forEach((bytes, index) => {
    const place = new Uint8Array(4)
    new DataView(place.buffer).setUint32(0, index)
    batch.put(keyOf('mempool', place), bytes)
  })
}

/** The transactions of the last snapshot, in its order. */
export async function loadMempool(store: Store): Promise<readonly Uint8Array[]> {
  const transactions: Uint8Array[] = []
  const range = { ...tableRange('mempool'), limit: MAX_MEMPOOL_SNAPSHOT }
  for await (const [, bytes] of store.entries(range)) transactions.push(bytes)
  return transactions
}

/** Remembers what p2p wants to know of a peer at the next start. */
export function savePeer(batch: WriteBatch, peerId: Uint8Array, record: Uint8Array): void {
  batch.put(keyOf('peers', peerId), record)
}

/** Forgets a peer. */
export function deletePeer(batch: WriteBatch, peerId: Uint8Array): void {
  batch.delete(keyOf('peers', peerId))
}

/** Up to {@link MAX_PEERS} peers, in the order of their ids. */
export async function loadPeers(store: Store): Promise<readonly (readonly [peerId: Uint8Array, record: Uint8Array])[]> {
  const peers: (readonly [Uint8Array, Uint8Array])[] = []
  const range = { ...tableRange('peers'), limit: MAX_PEERS }
  for await (const [key, record] of store.entries(range)) peers.push([key.subarray(1), record])
  return peers
}

/** A small record of a package above, under a name of its own. */
export function getMeta(reader: SyncReader, name: string): Uint8Array | undefined {
  return reader.getSync(hashedKey('meta', utf8ToBytes(name)))
}

/** Writes such a record. */
export function putMeta(batch: WriteBatch, name: string, value: Uint8Array): void {
  batch.put(hashedKey('meta', utf8ToBytes(name)), value)
}

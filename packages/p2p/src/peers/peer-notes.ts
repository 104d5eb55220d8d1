import { type Committer, deletePeer, loadPeers, type Store, savePeer } from '@poai/storage'

/** Where the network keeps what it knows of peers across restarts. It chooses the names and records itself. */
export interface PeerNotes {
  load(): Promise<readonly (readonly [name: Uint8Array, record: Uint8Array])[]>
  save(name: Uint8Array, record: Uint8Array): Promise<void>
  delete(name: Uint8Array): Promise<void>
}

/** Keeps the notes in the node's database. They are not synced: a power cut costs the last minutes' peers. */
export function createStoredPeerNotes(store: Store, committer: Committer): PeerNotes {
  return {
    load: () => loadPeers(store),
    save: async (name, record) => {
      const batch = committer.begin()
      savePeer(batch, name, record)
      await committer.commit(batch, { sync: false })
    },
    delete: async (name) => {
      const batch = committer.begin()
      deletePeer(batch, name)
      await committer.commit(batch, { sync: false })
    },
  }
}

/** Notes that end with the process. */
export function createMemoryPeerNotes(): PeerNotes {
  const records = new Map<string, readonly [Uint8Array, Uint8Array]>()
  const keyOf = (name: Uint8Array): string => Buffer.from(name).toString('hex')
  return {
    load: async () => [...records.values()],
    save: async (name, record) => {
      records.set(keyOf(name), [name, record])
    },
    delete: async (name) => {
      records.delete(keyOf(name))
    },
  }
}

import { type Committer, loadMempool, type Store, saveMempool } from '@poai/storage'
import type { MempoolStore } from '../mempool/mempool-snapshot.ts'

/**
 * Keeps the mempool's snapshot in the node's database. Not synced: a power cut costs transactions that other nodes have
 * too.
 */
export function createStoredMempool(store: Store, committer: Committer): MempoolStore {
  return {
    load: () => loadMempool(store),
    save: async (records) => {
      const batch = committer.begin()
      await saveMempool(store, batch, records)
      await committer.commit(batch, { sync: false })
    },
  }
}

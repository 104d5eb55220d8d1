import { expect, test } from 'vitest'
import {
  createCommitter,
  createMemoryStore,
  deletePeer,
  getMeta,
  loadMempool,
  loadPeers,
  MAX_MEMPOOL_SNAPSHOT,
  putMeta,
  saveMempool,
  savePeer,
} from '../../src/index.ts'

async function fresh() {
  const store = createMemoryStore()
  return { store, committer: await createCommitter(store) }
}

test('a snapshot of the mempool replaces the one before, and keeps its order', async () => {
  const { store, committer } = await fresh()
  const transactions = Array.from({ length: 300 }, (_, index) => Uint8Array.of(index & 255, index >> 8))
  for (const saved of [transactions, transactions.slice(0, 2).reverse()]) {
    const batch = committer.begin()
    await saveMempool(store, batch, saved)
    await committer.commit(batch, { sync: false })
    expect(await loadMempool(store)).toEqual(saved)
  }
})

test('a snapshot is bounded', async () => {
  const { store, committer } = await fresh()
  const batch = committer.begin()
  await saveMempool(store, batch, new Array(MAX_MEMPOOL_SNAPSHOT + 1).fill(Uint8Array.of(1)))
  expect(batch.changes()).toHaveLength(MAX_MEMPOOL_SNAPSHOT)
})

test('peers and small records come back until they are deleted', async () => {
  const { store, committer } = await fresh()
  const batch = committer.begin()
  savePeer(batch, Uint8Array.of(1), Uint8Array.of(10))
  savePeer(batch, Uint8Array.of(2), Uint8Array.of(20))
  putMeta(batch, 'mined', Uint8Array.of(3))
  await committer.commit(batch, { sync: false })
  expect(await loadPeers(store)).toEqual([
    [Uint8Array.of(1), Uint8Array.of(10)],
    [Uint8Array.of(2), Uint8Array.of(20)],
  ])
  expect(getMeta(store, 'mined')).toEqual(Uint8Array.of(3))
  const second = committer.begin()
  deletePeer(second, Uint8Array.of(1))
  await committer.commit(second, { sync: false })
  expect(await loadPeers(store)).toHaveLength(1)
})

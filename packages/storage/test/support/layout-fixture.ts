import { type Hash32, toHash32 } from '@poai/core'
import { createCommitter, createMemoryStore, putBadBlock, putMeta, saveMempool, savePeer } from '../../src/index.ts'
import { crashHistory } from './crash-history.ts'
import { keepAside, mineModelBlock, reorganise } from './model-chain.ts'
import { createRandom } from './random.ts'

const BAD: Hash32 = toHash32(new Uint8Array(32).fill(0xbb))

/** Every record of a small database that has something in every table of its own making, as hexadecimal. */
export async function fixtureEntries(): Promise<readonly (readonly [key: string, value: string])[]> {
  const store = createMemoryStore()
  const committer = await createCommitter(store)
  const target = { store, committer, retention: { history: 3n, undo: 2n, blocks: 'all' } } as const
  const history = crashHistory(8)
  let head = history.next().value
  await reorganise(target, head)
  for (let step = 0; step < 5; step++) {
    head = history.next().value
    await reorganise(target, head)
  }
  await keepAside(target, mineModelBlock(head.head, createRandom(1)))
  const batch = committer.begin()
  await putBadBlock(store, batch, { hash: BAD, rule: 'HEADER_BASE_FEE' })
  await saveMempool(store, batch, [Uint8Array.of(1, 2)])
  savePeer(batch, Uint8Array.of(9), Uint8Array.of(8))
  putMeta(batch, 'name', Uint8Array.of(7))
  await committer.commit(batch, { sync: false })
  const entries: (readonly [string, string])[] = []
  for await (const [key, value] of store.entries({ gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) }))
    entries.push([Buffer.from(key).toString('hex'), Buffer.from(value).toString('hex')])
  return entries
}

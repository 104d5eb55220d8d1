import { expect, test } from 'vitest'
import {
  blocksAtHeight,
  checkDatabase,
  createBlockStore,
  createCommitter,
  createMemoryStore,
  createStateStore,
  prune,
  type Retention,
  readHorizons,
  rollbackState,
} from '../../../src/index.ts'
import {
  codecs,
  keepAside,
  type ModelBlock,
  mineModelBlock,
  modelGenesis,
  reorganise,
} from '../../support/model-chain.ts'
import { createRandom } from '../../support/random.ts'

const BLOCKS = 20

async function chainWith(retention: Retention) {
  const random = createRandom(4)
  const store = createMemoryStore()
  const target = { store, committer: await createCommitter(store), retention }
  const chain = [modelGenesis(random)]
  await reorganise(target, { off: [], on: chain })
  while (chain.length <= BLOCKS) {
    const head = chain.at(-1) as ModelBlock
    await keepAside(target, mineModelBlock(head, random))
    chain.push(mineModelBlock(head, random))
    await reorganise(target, { off: [], on: chain.slice(-1) })
  }
  return { target, chain, blocks: createBlockStore(store, codecs), states: createStateStore(store) }
}

test('keeps the states of so many blocks below the head and not of one more', async () => {
  const { states } = await chainWith({ history: 7n, undo: 3n, blocks: 'all' })
  expect(states.at(13n).number).toBe(13n)
  expect(() => states.at(12n)).toThrowError(expect.objectContaining({ code: 'STORAGE_HISTORY_PRUNED' }))
  expect(() => states.at(21n)).toThrowError(expect.objectContaining({ code: 'STORAGE_HISTORY_PRUNED' }))
})

test('so many blocks can be rolled back and not one more', async () => {
  const { target, chain } = await chainWith({ history: 7n, undo: 3n, blocks: 'all' })
  await reorganise({ ...target }, { off: chain.slice(-3).reverse(), on: [] })
  const batch = target.committer.begin()
  expect(() => rollbackState(batch, 17n)).toThrowError(expect.objectContaining({ code: 'STORAGE_UNDO_PRUNED' }))
})

test('keeps so many bodies, and the first block’s; receipts and transactions go with them', async () => {
  const { target, chain, blocks } = await chainWith({ history: 5n, undo: 3n, blocks: 6n })
  const hasBody = async (number: number) => (await blocks.body((chain[number] as ModelBlock).hash)) !== undefined
  expect([await hasBody(0), await hasBody(1), await hasBody(13), await hasBody(14), await hasBody(20)]).toEqual([
    true,
    false,
    false,
    true,
    true,
  ])
  expect(await blocks.receipts((chain[13] as ModelBlock).hash)).toBeUndefined()
  const [gone] = (chain[13] as ModelBlock).body.transactions
  expect(gone === undefined ? 'none' : blocks.transaction(gone.hash)).toBeUndefined()
  expect(blocks.header((chain[13] as ModelBlock).hash)).toBeDefined()
  expect((await checkDatabase(target.store, codecs, { deep: true })).faults).toEqual([])
})

test('side branches go when they are too old to matter', async () => {
  const { target } = await chainWith({ history: 'all', undo: 3n, blocks: 'all' })
  expect(await blocksAtHeight(target.store, 16n)).toHaveLength(1)
  expect(await blocksAtHeight(target.store, 17n)).toHaveLength(2)
})

test('a mode that keeps less is reached in steps', async () => {
  const { target } = await chainWith({ history: 'all', undo: 20n, blocks: 'all' })
  const retention = { history: 5n, undo: 2n, blocks: 4n }
  const rounds: boolean[] = []
  for (let more = true; more; ) {
    const batch = target.committer.begin()
    more = await prune(batch, { store: target.store, codecs }, { retention, maxBlocks: 6n })
    await target.committer.commit(batch, { sync: false })
    rounds.push(more)
  }
  expect(rounds).toEqual([true, true, false])
  expect(readHorizons(target.store)).toEqual({ history: 15n, undo: 18n, blocks: 16n, branches: 18n })
  expect((await checkDatabase(target.store, codecs, { deep: true })).faults).toEqual([])
})

test('a mode that keeps more does not bring back what is gone', async () => {
  const { target } = await chainWith({ history: 5n, undo: 2n, blocks: 'all' })
  const batch = target.committer.begin()
  const retention = { history: 'all', undo: 100n, blocks: 'all' } as const
  expect(await prune(batch, { store: target.store, codecs }, { retention, maxBlocks: 100n })).toBe(false)
  expect(readHorizons(batch).history).toBe(15n)
})

test('history shorter than undo is refused', async () => {
  const { target } = await chainWith({ history: 5n, undo: 5n, blocks: 'all' })
  const retention = { history: 4n, undo: 5n, blocks: 'all' } as const
  const pruning = prune(target.committer.begin(), { store: target.store, codecs }, { retention, maxBlocks: 1n })
  await expect(pruning).rejects.toThrowError('history is kept at least as long')
})

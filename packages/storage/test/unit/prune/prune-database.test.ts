import { expect, test } from 'vitest'
import {
  checkDatabase,
  createCommitter,
  createMemoryStore,
  type PruneProgress,
  pruneDatabase,
  RETENTIONS,
  readHorizons,
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
const RETENTION = { history: 5n, undo: 2n, blocks: 4n }
const PRUNED = { history: 15n, undo: 18n, blocks: 16n, branches: 18n }

async function unprunedChain() {
  const random = createRandom(9)
  const store = createMemoryStore()
  const target = { store, committer: await createCommitter(store), codecs, retention: RETENTIONS.archive }
  const chain = [modelGenesis(random)]
  await reorganise(target, { off: [], on: chain })
  while (chain.length <= BLOCKS) {
    const head = chain.at(-1) as ModelBlock
    await keepAside(target, mineModelBlock(head, random))
    chain.push(mineModelBlock(head, random))
    await reorganise(target, { off: [], on: chain.slice(-1) })
  }
  return target
}

test('prunes to what is kept, a few heights a commit, and says how far it is', async () => {
  const target = await unprunedChain()
  const steps: PruneProgress[] = []
  const options = { retention: RETENTION, commitBlocks: 6n, onProgress: (step: PruneProgress) => steps.push(step) }
  expect(await pruneDatabase(target, options)).toEqual(PRUNED)
  expect(steps.map(({ done, total }) => [done, total])).toEqual([
    [24n, 67n],
    [48n, 67n],
    [67n, 67n],
  ])
  expect((await checkDatabase(target.store, codecs, { deep: true })).faults).toEqual([])
})

test('an interruption leaves a whole database, and the next call goes on', async () => {
  const target = await unprunedChain()
  const interruption = new AbortController()
  const options = { retention: RETENTION, commitBlocks: 6n, signal: interruption.signal }
  const pruning = pruneDatabase(target, { ...options, onProgress: () => interruption.abort() })
  await expect(pruning).rejects.toThrowError(expect.objectContaining({ name: 'AbortError' }))
  expect(readHorizons(target.store)).toEqual({ history: 6n, undo: 6n, blocks: 6n, branches: 6n })
  expect((await checkDatabase(target.store, codecs, { deep: true })).faults).toEqual([])
  expect(await pruneDatabase(target, { retention: RETENTION })).toEqual(PRUNED)
})

test('nothing to prune is no commit', async () => {
  const target = await unprunedChain()
  const steps: PruneProgress[] = []
  await pruneDatabase(target, { retention: RETENTIONS.full, onProgress: (step) => steps.push(step) })
  expect(steps).toEqual([])
})

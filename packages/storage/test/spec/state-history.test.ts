import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  checkDatabase,
  createCachedStore,
  createCommitter,
  createMemoryStore,
  createStateStore,
  DEFAULT_CACHE_SIZES,
  type Retention,
  readHorizons,
  type Store,
} from '../../src/index.ts'
import {
  codecs,
  keepAside,
  type ModelBlock,
  type ModelTarget,
  mineModelBlock,
  modelGenesis,
  reorganise,
} from '../support/model-chain.ts'
import { differenceFrom } from '../support/model-state.ts'
import { createRandom, type Random } from '../support/random.ts'

const STEPS = 50
const RETENTIONS: readonly Retention[] = [
  { history: 'all', undo: 5n, blocks: 'all' },
  { history: 12n, undo: 5n, blocks: 'all' },
  { history: 5n, undo: 5n, blocks: 9n },
]

async function open(disk: Store, retention: Retention): Promise<ModelTarget> {
  // Caches so small that entries leave them all the time.
  const sizes = { ...DEFAULT_CACHE_SIZES, state: 4000, tries: 4000, blocks: 4000 }
  const store = createCachedStore(disk, sizes)
  return { store, committer: await createCommitter(store), retention }
}

/** Another branch from up to four blocks below the head, longer than what it replaces. */
async function forkChain(target: ModelTarget, chain: ModelBlock[], random: Random): Promise<void> {
  const depth = Math.min(1 + random.next(4), chain.length - 1)
  const off = chain.splice(chain.length - depth).reverse()
  const on: ModelBlock[] = []
  for (let i = 0; i <= depth; i++) on.push(mineModelBlock(on.at(-1) ?? (chain.at(-1) as ModelBlock), random))
  await reorganise(target, { off, on })
  chain.push(...on)
}

async function expectAgreement({ store }: ModelTarget, chain: readonly ModelBlock[]): Promise<void> {
  const states = createStateStore(store)
  const { history } = readHorizons(store)
  expect(differenceFrom((chain.at(-1) as ModelBlock).state, states.head)).toBeUndefined()
  for (const { header, state } of chain) {
    if (header.number < history) {
      expect(() => states.at(header.number)).toThrowError(expect.objectContaining({ code: 'STORAGE_HISTORY_PRUNED' }))
      continue
    }
    const view = states.at(header.number)
    expect([header.number, differenceFrom(state, view)]).toEqual([header.number, undefined])
    await view.close()
  }
}

test('after any history of blocks, reorganisations, pruning and restarts, every kept height reads as the model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.constantFrom(...RETENTIONS), async (seed, retention) => {
      const random = createRandom(seed)
      const disk = createMemoryStore()
      let target = await open(disk, retention)
      const chain = [modelGenesis(random)]
      await reorganise(target, { off: [], on: chain })
      for (let step = 0; step < STEPS; step++) {
        const head = chain.at(-1) as ModelBlock
        const kind = random.next(10)
        if (kind === 0) target = await open(disk, retention)
        else if (kind === 1) await keepAside(target, mineModelBlock(head, random))
        else if (kind <= 3 && chain.length > 1) await forkChain(target, chain, random)
        else {
          const block = mineModelBlock(head, random)
          await reorganise(target, { off: [], on: [block] })
          chain.push(block)
        }
        if (step % 20 === 0) await expectAgreement(target, chain)
      }
      await expectAgreement(target, chain)
      const report = await checkDatabase(disk, codecs, { deep: true })
      expect(report.faults).toEqual([])
      expect(report.blocks).toBe(chain.length)
    }),
    { numRuns: 6, seed: 1 },
  )
})

test('rolling everything back leaves the database as it was after the genesis block', async () => {
  const random = createRandom(3)
  const disk = createMemoryStore()
  const target = await open(disk, { history: 'all', undo: 100n, blocks: 'all' })
  const chain = [modelGenesis(random)]
  await reorganise(target, { off: [], on: chain })
  const before = await dump(disk)
  for (let i = 0; i < 40; i++) chain.push(mineModelBlock(chain.at(-1) as ModelBlock, random))
  await reorganise(target, { off: [], on: chain.slice(1) })
  await reorganise(target, { off: chain.slice(1).reverse(), on: [] })
  // Blocks are still known, and commits are counted; nothing else is left.
  expect((await dump(disk)).filter(([key]) => !/^(04|1|21|22)/.test(key))).toEqual(
    before.filter(([key]) => !/^(04|1|21|22)/.test(key)),
  )
})

async function dump(store: Store): Promise<readonly (readonly [string, string])[]> {
  const entries: (readonly [string, string])[] = []
  for await (const [key, value] of store.entries({ gte: Uint8Array.of(0), lt: Uint8Array.of(255) }))
    entries.push([Buffer.from(key).toString('hex'), Buffer.from(value).toString('hex')])
  return entries
}

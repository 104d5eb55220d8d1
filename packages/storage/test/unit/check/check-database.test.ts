import type { StoreChange } from '@poai/core'
import { beforeAll, expect, test } from 'vitest'
import { type CheckReport, checkDatabase, createCommitter, createMemoryStore, type Store } from '../../../src/index.ts'
import { hashedKey, numberedKey, tableRange } from '../../../src/keys.ts'
import type { TableName } from '../../../src/layout.ts'
import { codecs, type ModelBlock, mineModelBlock, modelGenesis, reorganise } from '../../support/model-chain.ts'
import { createRandom } from '../../support/random.ts'

const chain: ModelBlock[] = []
let sound: Store

beforeAll(async () => {
  const random = createRandom(11)
  sound = createMemoryStore()
  chain.push(modelGenesis(random))
  for (let i = 0; i < 20; i++) chain.push(mineModelBlock(chain.at(-1) as ModelBlock, random))
  const retention = { history: 8n, undo: 4n, blocks: 'all' } as const
  const target = { store: sound, committer: await createCommitter(sound), retention }
  for (const block of chain) await reorganise(target, { off: [], on: [block] })
})

async function entryOf(table: TableName, index: number): Promise<StoreChange> {
  const entries: StoreChange[] = []
  for await (const [key, value] of sound.entries(tableRange(table))) entries.push({ key, value })
  return entries.at(index) as StoreChange
}

function flipped(value: Uint8Array): Uint8Array {
  const copy = value.slice()
  copy[copy.length - 1] = (copy.at(-1) as number) ^ 1
  return copy
}

/** What is found after `changes` to a sound database. */
async function checkAfter(changes: readonly StoreChange[], deep: boolean): Promise<CheckReport> {
  const store = createMemoryStore()
  const all: StoreChange[] = []
  for await (const [key, value] of sound.entries({ gte: Uint8Array.of(0), lt: Uint8Array.of(255) }))
    all.push({ key, value })
  await store.write([...all, ...changes], { sync: false })
  return checkDatabase(store, codecs, { deep })
}

/** The kinds of those faults. */
async function faultsAfter(changes: readonly StoreChange[], deep: boolean): Promise<readonly string[]> {
  const { faults } = await checkAfter(changes, deep)
  return [...new Set(faults.map(({ kind }) => kind))].sort()
}

test('a sound database has no faults, and progress is reported', async () => {
  const steps = new Set<string>()
  const onProgress = ({ step }: { readonly step: string }) => steps.add(step)
  const report = await checkDatabase(sound, codecs, { deep: true, onProgress })
  expect(report).toMatchObject({ faults: [], blocks: 21 })
  expect([...steps]).toEqual(['blocks', 'orphans', 'state', 'history'])
})

test('an empty store has nothing to fault', async () => {
  expect(await checkDatabase(createMemoryStore(), codecs, { deep: true })).toEqual({
    faults: [],
    blocks: 0,
    accounts: 0,
  })
})

test('a check can be ended while it looks at blocks, and while it looks at the state', async () => {
  for (const last of ['blocks', 'state']) {
    const interruption = new AbortController()
    const onProgress = ({ step }: { readonly step: string }): void => {
      if (step === last) interruption.abort()
    }
    const checking = checkDatabase(sound, codecs, { deep: true, onProgress, signal: interruption.signal })
    await expect(checking, last).rejects.toMatchObject({ name: 'AbortError' })
  }
})

test('a record that cannot be decoded is a fault, and the last one', async () => {
  const { key } = await entryOf('accounts', 0)
  const { faults } = await checkAfter([{ key, value: Uint8Array.of(1) }], true)
  expect(faults.map(({ kind }) => kind)).toEqual(['undecodable'])
})

const MISSING: readonly (readonly [TableName, number, readonly string[]])[] = [
  ['headers', 3, ['missing']],
  ['contexts', 3, ['missing']],
  ['bodies', 3, ['missing']],
  ['receipts', 3, ['missing']],
  ['heights', 3, ['missing']],
  ['children', 3, ['missing']],
  ['canonical', 3, ['missing', 'wrong-link']],
  ['canonical', -1, ['wrong-index']],
]

test.each(MISSING)('the shallow check finds a record missing from %s (%i)', async (table, index, expected) => {
  const { key } = await entryOf(table, index)
  expect(await faultsAfter([{ key, value: undefined }], false)).toEqual(expected)
})

const MISSING_DEEP: readonly (readonly [TableName, readonly string[]])[] = [
  ['transactions', ['wrong-index']],
  ['accounts', ['orphan', 'wrong-root']],
  ['accountNodes', ['missing', 'orphan', 'wrong-root']],
  ['accountHistory', ['missing']],
  ['changedKeys', ['missing', 'orphan']],
  ['undoNodes', ['missing']],
]

test.each(MISSING_DEEP)('the deep check finds a record missing from %s', async (table, expected) => {
  const { key } = await entryOf(table, 0)
  const found = await faultsAfter([{ key, value: undefined }], true)
  for (const kind of found) expect(expected).toContain(kind)
  expect(found).toContain(expected[0] === 'orphan' ? 'wrong-root' : expected[0])
})

const CHANGED: readonly (readonly [TableName, boolean, string])[] = [
  ['headers', false, 'wrong-hash'],
  ['bodies', true, 'wrong-root'],
  ['code', true, 'wrong-hash'],
  ['accountNodes', true, 'wrong-hash'],
  ['transactions', true, 'wrong-index'],
]

test.each(CHANGED)('one bit changed in %s is found (deep: %s)', async (table, deep, expected) => {
  const { key, value } = await entryOf(table, table === 'bodies' ? 5 : 0)
  expect(await faultsAfter([{ key, value: flipped(value as Uint8Array) }], deep)).toContain(expected)
})

test('missing code of an account is found', async () => {
  const changes: StoreChange[] = []
  for await (const [key] of sound.entries(tableRange('code'))) changes.push({ key, value: undefined })
  expect(await faultsAfter(changes, true)).toEqual(['missing'])
})

test('one bit changed in a value of a slot is found', async () => {
  const entries: StoreChange[] = []
  for await (const [key, value] of sound.entries(tableRange('slots'))) entries.push({ key, value })
  const live = entries.find(({ value }) => (value as Uint8Array).length > 12) as StoreChange
  expect(await faultsAfter([{ key: live.key, value: flipped(live.value as Uint8Array) }], true)).toContain('wrong-root')
})

test('a receipt that is not its header’s is found', async () => {
  const [first, second] = [chain[1] as ModelBlock, chain[2] as ModelBlock]
  const none = sound.getSync(hashedKey('receipts', (chain[0] as ModelBlock).hash)) as Uint8Array
  expect(await faultsAfter([{ key: hashedKey('receipts', first.hash), value: none }], true)).toEqual(['wrong-root'])
  expect(
    await faultsAfter([{ key: hashedKey('bodies', second.hash), value: Uint8Array.of(0xc1, 0xc0) }], true),
  ).toEqual(['wrong-root'])
})

test('what belongs to nothing is found', async () => {
  const stray = new Uint8Array(32).fill(0xee)
  const value = Uint8Array.of(1)
  expect(await faultsAfter([{ key: hashedKey('bodies', stray), value }], true)).toEqual(['orphan'])
  expect(await faultsAfter([{ key: numberedKey('accountHistory', 19n, stray.subarray(12)), value }], true)).toEqual([
    'orphan',
  ])
  const node = Uint8Array.of(0x33, 1, 2, 3, 4, 5, 6, 7, 8, 9)
  expect(await faultsAfter([{ key: node, value }], true)).toEqual(['orphan'])
})

test('a head that is not the last canonical block is found', async () => {
  const value = new Uint8Array(40)
  value.set((chain[3] as ModelBlock).hash)
  value[39] = 20
  expect(await faultsAfter([{ key: Uint8Array.of(2), value }], false)).toEqual(['wrong-index'])
})

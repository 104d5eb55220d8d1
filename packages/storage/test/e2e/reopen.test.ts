import { expect, test } from 'vitest'
import { checkDatabase, compactTables, createStateStore, measureTables, openDatabase, TABLES } from '../../src/index.ts'
import { crashHistory } from '../support/crash-history.ts'
import { codecs, MODEL_NETWORK, reorganise } from '../support/model-chain.ts'
import { differenceFrom, type ModelState } from '../support/model-state.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('on disk too, every kept height reads as the model says, after reorganisations, restarts and compaction', async () => {
  const directory = await temporaryFolder()
  const states = new Map<bigint, ModelState>()
  const history = crashHistory(5)
  const retention = { history: 'all', undo: 6n, blocks: 'all' } as const
  for (let round = 0; round < 6; round++) {
    const { store, committer, close } = await openDatabase(directory, { genesisHash: MODEL_NETWORK })
    for (let step = 0; step < 15; step++) {
      const { off, on } = history.next().value
      await reorganise({ store, committer, retention }, { off, on })
      for (const { header, state } of on) states.set(header.number, state)
    }
    for (const [number, state] of states) {
      const view = createStateStore(store).at(number)
      expect([number, differenceFrom(state, view)]).toEqual([number, undefined])
      await view.close()
    }
    if (round === 3) await compactTables(store)
    expect((await checkDatabase(store, codecs, { deep: true })).faults).toEqual([])
    await close()
  }
})

test('a view stays as it is while the chain moves on', async () => {
  const directory = await temporaryFolder()
  const { store, committer, close } = await openDatabase(directory, { genesisHash: MODEL_NETWORK })
  const history = crashHistory(6)
  const target = { store, committer, retention: { history: 3n, undo: 3n, blocks: 'all' } } as const
  let last = history.next().value
  await reorganise(target, last)
  for (let step = 0; step < 10; step++) {
    last = history.next().value
    await reorganise(target, last)
  }
  const view = createStateStore(store).at(last.head.header.number)
  for (let step = 0; step < 20; step++) await reorganise(target, history.next().value)
  expect(differenceFrom(last.head.state, view)).toBeUndefined()
  await view.close()
  await close()
})

test('tables have sizes once they are on disk', async () => {
  const directory = await temporaryFolder()
  const { store, committer, close } = await openDatabase(directory, { genesisHash: MODEL_NETWORK })
  const history = crashHistory(7)
  const target = { store, committer, retention: { history: 'all', undo: 9n, blocks: 'all' } } as const
  for (let step = 0; step < 30; step++) await reorganise(target, history.next().value)
  await compactTables(store)
  const sizes = new Map((await measureTables(store)).map(({ table, sizeBytes }) => [table, sizeBytes]))
  expect(sizes.size).toBe(Object.keys(TABLES).length)
  expect(sizes.get('headers')).toBeGreaterThan(1000)
  expect(sizes.get('peers')).toBe(0)
  await close()
})

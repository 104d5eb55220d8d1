import { expect, test } from 'vitest'
import { checkDatabase, createMemoryStore } from '../../src/index.ts'
import { LAYOUT_VERSION, TABLES } from '../../src/layout.ts'
import { fixtureEntries } from '../support/layout-fixture.ts'
import { codecs } from '../support/model-chain.ts'
import layout1 from './vectors/layout-1.json' with { type: 'json' }

test('version 1 is written to the byte as it was: a change of any record needs a new version and a migration', async () => {
  expect(LAYOUT_VERSION).toBe(1)
  expect(await fixtureEntries()).toEqual(layout1)
})

test('version 1 is read without faults', async () => {
  const store = createMemoryStore()
  const changes = layout1.map(([key = '', value = '']) => ({
    key: Buffer.from(key, 'hex'),
    value: Buffer.from(value, 'hex'),
  }))
  await store.write(changes, { sync: false })
  expect((await checkDatabase(store, codecs, { deep: true })).faults).toEqual([])
})

test('the fixture has something in every table but those that opening a database writes, and those that came later', () => {
  const used = new Set(layout1.map(([key = '']) => Number.parseInt(key.slice(0, 2), 16)))
  const unused = Object.entries(TABLES).filter(([, { prefix }]) => !used.has(prefix))
  const index = ['indexedTo', 'touched', 'mined', 'sent', 'creations', 'indexJournal']
  expect(unused.map(([name]) => name)).toEqual(['version', 'genesis', 'final', 'keptBadBlocks', ...index])
})

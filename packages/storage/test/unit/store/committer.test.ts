import { expect, test } from 'vitest'
import { numberedKey } from '../../../src/keys.ts'
import { COMMIT_MARKS, createCommitter } from '../../../src/store/committer.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'

const CHAIN_KEY = Uint8Array.of(0x30, 1)
const NOTE_KEY = Uint8Array.of(0x62, 1)
const VALUE = Uint8Array.of(1)

test('refuses a batch that began before another one changed the chain', async () => {
  const committer = await createCommitter(createMemoryStore())
  const [first, second] = [committer.begin(), committer.begin()]
  for (const batch of [first, second]) batch.put(CHAIN_KEY, VALUE)
  await committer.commit(first, { sync: false })
  expect(() => committer.commit(second, { sync: false })).toThrowError('the chain changed')
})

test('notes neither make a batch stale nor become stale', async () => {
  const committer = await createCommitter(createMemoryStore())
  const [note, block, late] = [committer.begin(), committer.begin(), committer.begin()]
  note.put(NOTE_KEY, VALUE)
  block.put(CHAIN_KEY, VALUE)
  late.put(NOTE_KEY, VALUE)
  for (const batch of [note, block, late]) await committer.commit(batch, { sync: false })
})

test('takes a batch once, and only its own', async () => {
  const store = createMemoryStore()
  const [committer, other] = [await createCommitter(store), await createCommitter(store)]
  const batch = committer.begin()
  expect(() => other.commit(batch, { sync: false })).toThrowError('committed once')
  await committer.commit(batch, { sync: false })
  expect(() => committer.commit(batch, { sync: false })).toThrowError('committed once')
})

test('a missing commit among those that are marked is damage; older ones are not marked', async () => {
  const store = createMemoryStore()
  const committer = await createCommitter(store)
  for (let i = 0n; i < COMMIT_MARKS + 3n; i++) await committer.commit(committer.begin(), { sync: false })
  expect(store.getSync(numberedKey('commits', 3n))).toBeUndefined()
  expect(store.getSync(numberedKey('commits', 4n))).toBeDefined()
  await createCommitter(store)
  await store.write([{ key: numberedKey('commits', 4n), value: undefined }], { sync: false })
  await expect(createCommitter(store)).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
})

import { type Address, toAddress, toHash32 } from '@poai/core'
import { expect, test } from 'vitest'
import {
  createAccountIndexReader,
  createCommitter,
  createMemoryStore,
  dropAccountIndex,
  type IndexedBlock,
  pruneIndexJournal,
  putIndexedBlock,
  putIndexProgress,
  ROLES,
  readIndexProgress,
  TABLES,
  type TouchedPlace,
  undoIndexedBlock,
} from '../../../src/index.ts'
import { keyOf, tableRange } from '../../../src/keys.ts'

const account = (byte: number): Address => toAddress(new Uint8Array(20).fill(byte))
const hash = (byte: number) => toHash32(new Uint8Array(32).fill(byte))
const [ALICE, BOB, MINER, CONTRACT] = [1, 2, 3, 4].map(account) as [Address, Address, Address, Address]
const EVERYTHING = { from: 0n, to: 1n << 40n }

/** Alice sends Bob something, and creates a contract in block 2. */
function block(number: number): IndexedBlock {
  return {
    ...{ number: BigInt(number), hash: hash(number), parentHash: hash(number - 1), beneficiary: MINER },
    touched: [
      { address: ALICE, index: 0, roles: ROLES.sender | ROLES.caller },
      { address: BOB, index: 0, roles: ROLES.receiver | ROLES.called },
      { address: ALICE, index: 7, roles: ROLES.caller },
    ],
    sent: [{ sender: ALICE, nonce: BigInt(number), index: 0 }],
    creations: number === 2 ? [{ address: CONTRACT, creator: ALICE, index: 7 }] : [],
  }
}

async function openIndex(length: number) {
  const store = createMemoryStore()
  const committer = await createCommitter(store)
  const batch = committer.begin()
  for (let number = 1; number <= length; number++) putIndexedBlock(batch, block(number), { withJournal: true })
  putIndexProgress(batch, { number: BigInt(length), hash: hash(length), tracedFrom: 1n })
  await committer.commit(batch, { sync: false })
  return { store, committer, reader: createAccountIndexReader(store) }
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

const shortOf = ({ number, index }: TouchedPlace): string => `${number}.${index}`

test('what was written is found, in both directions and between heights', async () => {
  const { reader } = await openIndex(3)
  expect((await collect(reader.touched(ALICE, EVERYTHING))).map(shortOf)).toEqual([
    ...['1.0', '1.7', '2.0', '2.7', '3.0', '3.7'],
  ])
  const reversed = await collect(reader.touched(ALICE, { from: 2n, to: 2n, reverse: true }))
  expect(reversed.map(shortOf)).toEqual(['2.7', '2.0'])
  expect(await collect(reader.touched(BOB, { from: 3n, to: 3n }))).toEqual([{ number: 3n, index: 0, roles: 10 }])
  expect((await collect(reader.touched(ALICE, { ...EVERYTHING, role: 'sender' }))).map(shortOf)).toEqual([
    ...['1.0', '2.0', '3.0'],
  ])
  expect(await collect(reader.touched(account(9), EVERYTHING))).toEqual([])
  expect(await collect(reader.mined(MINER, { from: 2n, to: 9n }))).toEqual([2n, 3n])
  expect(reader.sent(ALICE, 3n)).toEqual({ number: 3n, index: 0 })
  expect([reader.sent(ALICE, 4n), reader.sent(BOB, 3n), reader.sent(ALICE, (1n << 64n) + 3n)]).toEqual(
    new Array(3).fill(undefined),
  )
  expect(reader.creation(CONTRACT)).toEqual({ number: 2n, index: 7, creator: ALICE })
  expect(reader.creation(ALICE)).toBeUndefined()
})

test('a block that is taken back leaves nothing behind', async () => {
  const { store, committer } = await openIndex(3)
  const shorter = await openIndex(1)
  const batch = committer.begin()
  const progress = readIndexProgress(store)
  const second = progress && undoIndexedBlock(batch, progress)
  const first = second && undoIndexedBlock(batch, second)
  expect(first).toEqual({ number: 1n, hash: hash(1), tracedFrom: 1n })
  await committer.commit(batch, { sync: false })
  const notes = { gte: Uint8Array.of(0x60), lt: Uint8Array.of(0xff) }
  expect(await collect(store.entries(notes))).toEqual(await collect(shorter.store.entries(notes)))
})

test('what cannot be taken back is not', async () => {
  const { store, committer } = await openIndex(3)
  const batch = committer.begin()
  expect(await pruneIndexJournal(store, batch, { finalNumber: 2n, limit: 2 })).toBe(false)
  expect(await pruneIndexJournal(store, batch, { finalNumber: 2n, limit: 3 })).toBe(true)
  await committer.commit(batch, { sync: false })
  const second = undoIndexedBlock(committer.begin(), { number: 3n, hash: hash(3), tracedFrom: 4n })
  expect(second).toMatchObject({ number: 2n, tracedFrom: 3n })
  expect(undoIndexedBlock(committer.begin(), { number: 2n, hash: hash(2), tracedFrom: 1n })).toBeUndefined()
})

test('a journal that ends in the middle of a key is damage', async () => {
  const { committer } = await openIndex(1)
  const batch = committer.begin()
  const key = Uint8Array.of(TABLES.indexJournal.prefix, 0, 0, 0, 0, 0, 0, 0, 1)
  batch.put(key, Uint8Array.of(...hash(0), 9, 1, 2))
  expect(() => undoIndexedBlock(batch, { number: 1n, hash: hash(1), tracedFrom: 1n })).toThrow('is not one')
})

test('an index is dropped in steps, and nobody can read it from the first one on', async () => {
  const { store, committer, reader } = await openIndex(3)
  let steps = 0
  for (let hasMore = true; hasMore; steps++) {
    const batch = committer.begin()
    hasMore = await dropAccountIndex(store, batch, 5)
    await committer.commit(batch, { sync: false })
    expect(reader.progress()).toBeUndefined()
  }
  expect(steps).toBe(4)
  for (const table of ['touched', 'mined', 'sent', 'creations', 'indexJournal'] as const)
    expect(await collect(store.entries(tableRange(table)))).toEqual([])
})

test('an index of another format is none', async () => {
  const { store, committer } = await openIndex(1)
  const record = store.getSync(keyOf('indexedTo')) as Uint8Array
  for (const other of [Uint8Array.of(9, 9, 9, 9, ...record.subarray(4)), record.subarray(1), new Uint8Array(0)]) {
    const batch = committer.begin()
    batch.put(keyOf('indexedTo'), other)
    expect(readIndexProgress(batch)).toBeUndefined()
  }
  expect(readIndexProgress(store)).toMatchObject({ number: 1n })
})

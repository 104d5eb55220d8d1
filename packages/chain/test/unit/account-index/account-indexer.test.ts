import { type Address, bytesToHex, invariant } from '@poai/core'
import { createdAddress } from '@poai/execution'
import { createAccountIndexReader, putIndexProgress, ROLES, readIndexProgress } from '@poai/storage'
import { type ChainGenerator, type GeneratedBlock, WALLETS, type Wallet } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type ChainFixture, importAll, openChainFixture, startGenerator } from '../../support/chain-fixture.ts'
import { dumpIndex, indexerOf, indexNow, untilIndexed } from '../../support/index-fixture.ts'
import { fromAlice, growWorkshop, workshopCall } from '../../support/workshop-traffic.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const WORKSHOP = createdAddress(ALICE.address, 0n)
/** Two blocks a commit. */
const SMALL_SLICES = { limits: { sliceBlocks: 2 } }
/** What depends on the canonical chain alone. */
const ENTRIES = ['indexedTo', 'touched', 'mined', 'sent', 'creations'] as const

let generator: ChainGenerator
let trunk: readonly GeneratedBlock[]
/** After the trunk, which is shorter and has other contracts. */
let loser: readonly GeneratedBlock[]
let winner: readonly GeneratedBlock[]

beforeAll(async () => {
  generator = await startGenerator()
  trunk = await growWorkshop(generator, generator.genesis, { length: 4, branch: 1 })
  const base = trunk.at(-1) as GeneratedBlock
  loser = await growWorkshop(generator, base, { length: 4, branch: 2 })
  winner = await growWorkshop(generator, base, { length: 6, branch: 3 })
})

async function openWith(
  blocks: readonly GeneratedBlock[],
  options: Parameters<typeof openChainFixture>[0] = {},
): Promise<ChainFixture> {
  const fixture = await openChainFixture(options)
  onTestFinished(() => fixture.close())
  await importAll(fixture.chain, blocks)
  return fixture
}

/** The index of a node that never saw anything else. */
async function straightIndex(blocks: readonly GeneratedBlock[]): Promise<readonly string[]> {
  const fixture = await openWith(blocks)
  await indexNow(fixture)
  return dumpIndex(fixture.store, ENTRIES)
}

async function placesOf({ store }: ChainFixture, address: Address): Promise<readonly (readonly [string, number])[]> {
  const places: (readonly [string, number])[] = []
  for await (const { number, index, roles } of createAccountIndexReader(store).touched(address, { from: 0n, to: 99n }))
    places.push([`${number}.${index}`, roles])
  return places
}

describe('what is indexed', () => {
  test('everybody whom a call reached, who created what, who signed and who mined', async () => {
    const fixture = await openWith(trunk.slice(0, 2))
    await indexNow(fixture)
    const reader = createAccountIndexReader(fixture.store)
    const { sender, receiver, caller, called, created } = ROLES
    expect(await placesOf(fixture, ALICE.address)).toEqual([
      ['1.0', sender | caller],
      // What destroys itself leaves what it has to her.
      ['2.0', sender | caller | called],
      ['2.1', sender | caller],
      ['2.2', sender | caller],
    ])
    expect(await placesOf(fixture, WORKSHOP)).toEqual([
      ['1.0', called | created],
      ['2.0', receiver | called | caller],
      ['2.1', receiver | called | caller],
    ])
    expect(reader.creation(WORKSHOP)).toEqual({ number: 1n, index: 0, creator: ALICE.address })
    expect(reader.sent(ALICE.address, 2n)).toEqual({ number: 2n, index: 1 })
    const mined: bigint[] = []
    for await (const number of reader.mined(trunk[0]?.block.header.beneficiary as Address, { from: 0n, to: 9n }))
      mined.push(number)
    expect(mined).toEqual([1n, 2n])
  })

  test('contracts that a contract made, with it as their creator, unless they were gone or undone at the end', async () => {
    const salts = [
      [7n, 0n],
      [8n, 1n],
    ] as const
    const block = await generator.child(trunk[0] as GeneratedBlock, {
      transactions: fromAlice(generator, trunk[0] as GeneratedBlock, [
        ...salts.map((salt) => ({ to: WORKSHOP, data: workshopCall('make(bytes32,bool)', ...salt) })),
        // Out of gas while it creates: all is undone.
        { to: WORKSHOP, data: workshopCall('make(bytes32,bool)', 9n, 0n), gasLimit: 70_000n },
        { data: Uint8Array.of(0xfe) },
      ]),
    })
    expect(block.receipts.map(({ status }) => status)).toEqual([1, 1, 0, 0])
    const fixture = await openWith([trunk[0] as GeneratedBlock, block])
    await indexNow(fixture)
    const creations = await dumpIndex(fixture.store, ['creations'])
    const place = `000000000000000200000000${bytesToHex(WORKSHOP).slice(2)}`
    expect(creations.filter((line) => line.endsWith(place))).toHaveLength(1)
    expect(creations).toHaveLength(2)
    // What was tried is found all the same: Otterscan shows failed transactions too.
    const attempt = createdAddress(ALICE.address, 4n)
    expect(await placesOf(fixture, attempt)).toEqual([['2.3', ROLES.called]])
  })

  test('of blocks whose states are gone, what transactions say', async () => {
    const retention = { history: 4n, undo: 4n, blocks: 'all' } as const
    const chain = { limits: { finalityDepth: 4n } }
    const blocks = [...trunk, ...winner]
    const fixture = await openWith(blocks, { retention, chain, isSettled: true })
    await indexNow(fixture)
    const complete = new Set(await straightIndex(blocks))
    const { oldestState } = fixture.chain.queries.keptHeights()
    expect(oldestState).toBeGreaterThan(3n)
    // The last block with transactions that could not be executed is the one before, or the one before an empty one.
    const tracedFrom = readIndexProgress(fixture.store)?.tracedFrom ?? 0n
    expect([oldestState, oldestState + 1n]).toContain(tracedFrom)
    const creations = await dumpIndex(fixture.store, ['creations'])
    expect(creations.filter((line) => !complete.has(line))).toEqual([])
    expect(creations.length).toBeLessThan([...complete].filter((line) => line.startsWith('creations')).length)
    expect(await dumpIndex(fixture.store, ['mined', 'sent'])).toEqual(
      [...complete].filter((line) => /^(?:mined|sent)/.test(line)),
    )
    const sent = (await placesOf(fixture, ALICE.address)).filter(([, roles]) => (roles & ROLES.sender) !== 0)
    expect(sent).toHaveLength((await dumpIndex(fixture.store, ['sent'])).length)
  })
})

describe('the index follows the chain', () => {
  test('block by block, and through a reorganisation that takes contracts away', async () => {
    const fixture = await openWith([])
    const indexer = indexerOf(fixture)
    await indexer.start()
    onTestFinished(() => indexer.stop())
    for (const { block } of [...trunk, ...loser]) {
      await fixture.chain.importBlock(block)
      expect(await indexer.reaches(fixture.chain.head().number)).toBe(true)
    }
    const before = await dumpIndex(fixture.store, ['creations'])
    expect(await dumpIndex(fixture.store, ENTRIES)).toEqual(await straightIndex([...trunk, ...loser]))
    await importAll(fixture.chain, winner)
    expect(await indexer.reaches(fixture.chain.head().number)).toBe(true)
    expect(await dumpIndex(fixture.store, ENTRIES)).toEqual(await straightIndex([...trunk, ...winner]))
    const after = await dumpIndex(fixture.store, ['creations'])
    expect(before.filter((line) => !after.includes(line))).not.toEqual([])
  })

  test('from where it was when it was switched off, on whatever branch', async () => {
    const fixture = await openWith([...trunk, ...loser])
    await indexNow(fixture)
    await importAll(fixture.chain, winner)
    await indexNow(fixture)
    expect(await dumpIndex(fixture.store, ENTRIES)).toEqual(await straightIndex([...trunk, ...winner]))
  })

  test('after an end at any commit: what is there is whole, and it goes on', async () => {
    const expected = await straightIndex([...trunk, ...winner])
    for (let commits = 0; ; commits++) {
      const fixture = await openWith([...trunk, ...loser])
      let left = commits
      const died = Promise.withResolvers<void>()
      const indexer = indexerOf(fixture, {
        ...SMALL_SLICES,
        committer: {
          begin: () => fixture.committer.begin(),
          commit: async (batch, options) => {
            if (left-- > 0) return fixture.committer.commit(batch, options)
            died.resolve()
            throw new Error('the end')
          },
        },
      })
      await indexer.start()
      await Promise.race([died.promise, untilIndexed(fixture)])
      // It ends in the middle of following the loser, or of taking it back.
      if (left >= 0) await importAll(fixture.chain, winner)
      await Promise.race([died.promise, untilIndexed(fixture)])
      await indexer.stop()
      if (fixture.chain.head().hash !== winner.at(-1)?.hash) await importAll(fixture.chain, winner)
      const isDone = left >= 0
      await indexNow(fixture)
      expect(await dumpIndex(fixture.store, ENTRIES), `${commits} commits`).toEqual(expected)
      if (!isDone) continue
      // At least one that begins it, four up, two that take blocks back, three up; slow machines make smaller ones.
      expect(commits).toBeGreaterThan(9)
      return
    }
  })

  test('never ahead of it', async () => {
    const fixture = await openWith([...trunk, ...loser])
    const indexer = indexerOf(fixture, {
      ...SMALL_SLICES,
      committer: {
        begin: () => fixture.committer.begin(),
        commit: (batch, options) => {
          const progress = readIndexProgress(batch)
          invariant(progress !== undefined, 'every commit here says how far the index goes')
          expect(fixture.chain.queries.header(progress.hash)?.number).toBe(progress.number)
          expect(progress.number).toBeLessThanOrEqual(fixture.chain.head().number)
          return fixture.committer.commit(batch, options)
        },
      },
    })
    await indexer.start()
    await importAll(fixture.chain, winner)
    await untilIndexed(fixture)
    await indexer.stop()
  })
})

describe('an index that is of no use', () => {
  test('of an older format is dropped and built again', async () => {
    const fixture = await openWith(trunk)
    const batch = fixture.committer.begin()
    putIndexProgress(batch, { number: 9n, hash: trunk[0]?.hash as GeneratedBlock['hash'], tracedFrom: 1n })
    const [change] = batch.changes()
    invariant(change?.value !== undefined, 'it was written')
    batch.put(change.key, Uint8Array.of(0, 0, 0, 0, ...change.value.subarray(4)))
    batch.put(Uint8Array.of(0x74, ...BOB.address), change.value)
    await fixture.committer.commit(batch, { sync: false })
    await indexNow(fixture, { limits: { removed: 1 } })
    expect(await dumpIndex(fixture.store, ENTRIES)).toEqual(await straightIndex(trunk))
  })

  test('because blocks left that it took for final, is built again', async () => {
    const fixture = await openWith([...trunk, ...loser])
    await indexNow(fixture)
    const batch = fixture.committer.begin()
    for await (const [key] of fixture.store.entries({ gte: Uint8Array.of(0x75), lt: Uint8Array.of(0x76) }))
      batch.delete(key)
    await fixture.committer.commit(batch, { sync: false })
    await importAll(fixture.chain, winner)
    await indexNow(fixture)
    expect(await dumpIndex(fixture.store, ENTRIES)).toEqual(await straightIndex([...trunk, ...winner]))
  })
})

test('final blocks need no journal, and lose what they had', async () => {
  const chain = { limits: { finalityDepth: 3n } }
  const fixture = await openWith([...trunk, ...loser], { chain })
  await indexNow(fixture)
  expect(await dumpIndex(fixture.store, ['indexJournal'])).toHaveLength(8)
  fixture.chain.settle(true)
  await fixture.chain.importBlock((await generator.child(loser.at(-1) as GeneratedBlock)).block)
  await indexNow(fixture)
  const final = fixture.chain.finalized().number
  expect(final).toBeGreaterThan(0n)
  expect(await dumpIndex(fixture.store, ['indexJournal'])).toHaveLength(9 - Number(final))
  const late = await openWith([...trunk, ...loser], { chain, isSettled: true })
  await indexNow(late)
  expect((await dumpIndex(late.store, ['indexJournal'])).length).toBe(8 - Number(late.chain.finalized().number))
})

describe('who waits for the index', () => {
  test('is told at once if it is there, or far away, or not begun', async () => {
    const fixture = await openWith(trunk)
    const indexer = indexerOf(fixture, { clock: new ManualClock() })
    expect(await indexer.reaches(0n)).toBe(false)
    await indexNow(fixture)
    expect(await indexer.reaches(4n)).toBe(true)
    expect(await indexer.reaches(4n + 17n)).toBe(false)
  })

  test('is told when it is late, or nobody waits any more, or the node stops', async () => {
    const fixture = await openWith(trunk)
    await indexNow(fixture)
    const clock = new ManualClock()
    const indexer = indexerOf(fixture, { clock })
    const late = indexer.reaches(5n)
    await clock.advance(2000)
    expect(await late).toBe(false)
    const leaving = new AbortController()
    const left = indexer.reaches(5n, leaving.signal)
    leaving.abort()
    expect(await left).toBe(false)
    const stopped = indexer.reaches(5n)
    await indexer.stop()
    expect(await stopped).toBe(false)
  })
})

test('after a failure it tries again', async () => {
  const fixture = await openWith(trunk.slice(0, 3))
  let failures = 1
  const clock = new ManualClock()
  const indexer = indexerOf(fixture, {
    clock,
    recovery: {
      recover: async (transactions) => {
        if (failures-- > 0) throw new Error('a thread died')
        return transactions.map(() => ALICE.address)
      },
    },
  })
  await indexer.start()
  onTestFinished(() => indexer.stop())
  // Each round ends with a rest, or with the wait after the failure.
  while (readIndexProgress(fixture.store)?.number !== 3n) await clock.advance(10_000)
  expect(failures).toBeLessThan(0)
})

import { hash32, type RuleCode, uintToBytes } from '@poai/core'
import { describe, expect, test } from 'vitest'
import {
  BAD_BLOCK_SHELVES,
  type Committer,
  createCommitter,
  createMemoryStore,
  type KeptBadBlock,
  keepBadBlock,
  keptBadBlocks,
  type Shelf,
  type Store,
} from '../../../src/index.ts'

interface Kept {
  readonly store: Store
  keep(shelf: Shelf, index: number, sizeBytes?: number): Promise<void>
  list(): Promise<readonly string[]>
}

const bad = (shelf: Shelf, index: number, sizeBytes: number): KeptBadBlock => ({
  hash: hash32(uintToBytes(BigInt(index), 2)),
  rule: 'EXECUTION_STATE_ROOT',
  reason: `block ${index}`,
  source: 'a peer',
  atMs: 1_700_000_000_000n + BigInt(index),
  block: new Uint8Array(sizeBytes).fill(index),
  shelf,
})

async function open(): Promise<Kept> {
  const store = createMemoryStore()
  const committer: Committer = await createCommitter(store)
  return {
    store,
    keep: async (shelf, index, sizeBytes = 100) => {
      const batch = committer.begin()
      await keepBadBlock(store, batch, bad(shelf, index, sizeBytes))
      await committer.commit(batch, { sync: false })
    },
    list: async () => (await keptBadBlocks(store)).map(({ shelf, reason }) => `${shelf} ${reason}`),
  }
}

describe('bad blocks that are kept', () => {
  test('come back as they were', async () => {
    const { store, keep } = await open()
    await keep('worked', 1)
    expect(await keptBadBlocks(store)).toEqual([bad('worked', 1, 100)])
  })

  test.each<Shelf>(['worked', 'claimed'])(
    'on the shelf %s are so many and no more, the newest first',
    async (shelf) => {
      const { keep, list } = await open()
      const { maxBlocks } = BAD_BLOCK_SHELVES[shelf]
      for (let index = 0; index < maxBlocks; index++) await keep(shelf, index)
      expect(await list()).toHaveLength(maxBlocks)
      expect((await list()).at(-1)).toBe(`${shelf} block 0`)
      await keep(shelf, maxBlocks)
      expect(await list()).toHaveLength(maxBlocks)
      expect((await list()).at(0)).toBe(`${shelf} block ${maxBlocks}`)
      expect((await list()).at(-1)).toBe(`${shelf} block 1`)
    },
  )

  test('take so many bytes and no more: old ones go for a large one, and what never fits is left out', async () => {
    const { keep, list } = await open()
    const { maxBytes } = BAD_BLOCK_SHELVES.claimed
    for (const index of [0, 1, 2]) await keep('claimed', index, maxBytes / 4)
    expect(await list()).toHaveLength(3)
    await keep('claimed', 3, maxBytes / 2)
    expect(await list()).toEqual(['claimed block 3', 'claimed block 2'])
    await keep('claimed', 4, maxBytes + 1)
    expect(await list()).toEqual(['claimed block 3', 'claimed block 2'])
    await keep('claimed', 5, maxBytes)
    expect(await list()).toEqual(['claimed block 5'])
  })

  test('that cost their makers nothing push out none that did', async () => {
    const { keep, list } = await open()
    await keep('worked', 0)
    for (let index = 1; index < 100; index++) await keep('claimed', index)
    expect(await list()).toEqual(['worked block 0', ...[99, 98, 97, 96].map((index) => `claimed block ${index}`)])
  })

  test('have texts within a bound', async () => {
    const store = createMemoryStore()
    const committer = await createCommitter(store)
    const batch = committer.begin()
    const rule: RuleCode = 'BODY_SIZE'
    await keepBadBlock(store, batch, {
      ...bad('worked', 1, 1),
      rule,
      reason: 'r'.repeat(1000),
      source: 'é'.repeat(1000),
    })
    await committer.commit(batch, { sync: false })
    const [found] = await keptBadBlocks(store)
    expect(found).toMatchObject({ rule, reason: 'r'.repeat(512) })
    expect(found?.source).toBe('é'.repeat(256))
  })
})

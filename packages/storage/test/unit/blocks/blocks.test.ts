import { toHash32 } from '@poai/core'
import { expect, test } from 'vitest'
import {
  badBlockRule,
  blocksAtHeight,
  childrenOf,
  createBlockStore,
  createCommitter,
  createMemoryStore,
  MAX_BAD_BLOCKS,
  makeCanonical,
  putBadBlock,
  unmakeCanonical,
} from '../../../src/index.ts'
import { codecs, keepAside, mineModelBlock, modelGenesis, reorganise } from '../../support/model-chain.ts'
import { createRandom } from '../../support/random.ts'

async function threeBlocks() {
  const random = createRandom(2)
  const genesis = modelGenesis(random)
  const first = mineModelBlock(genesis, random)
  const second = mineModelBlock(first, random)
  const sibling = mineModelBlock(first, random)
  const store = createMemoryStore()
  const committer = await createCommitter(store)
  const target = { store, committer, retention: { history: 'all', undo: 10n, blocks: 'all' } } as const
  await reorganise(target, { off: [], on: [genesis, first, second] })
  await keepAside(target, sibling)
  return { target, genesis, first, second, sibling, blocks: createBlockStore(store, codecs) }
}

test('blocks come back as they were put, canonical or not', async () => {
  const { blocks, second, sibling } = await threeBlocks()
  for (const block of [second, sibling]) {
    expect(blocks.header(block.hash)).toEqual(block.header)
    expect(blocks.context(block.hash)).toEqual(block.context)
    expect(await blocks.body(block.hash)).toEqual(block.body)
  }
  expect(await blocks.receipts(second.hash)).toEqual(second.receipts)
  expect(await blocks.receipts(sibling.hash)).toBeUndefined()
  expect(blocks.head()).toEqual({ hash: second.hash, number: 2n })
  expect(blocks.canonicalHash(2n)).toEqual(second.hash)
  expect(blocks.canonicalHash(3n)).toBeUndefined()
})

test('siblings are found by height and by parent', async () => {
  const { target, first, second, sibling } = await threeBlocks()
  const both = [second.hash, sibling.hash].sort(Buffer.compare)
  expect(await blocksAtHeight(target.store, 2n)).toEqual(both)
  expect(await childrenOf(target.store, first.hash)).toEqual(both)
})

test('a transaction is found in the canonical block, through a reorganisation', async () => {
  const { target, blocks, second, sibling } = await threeBlocks()
  const [transaction] = second.body.transactions
  const hash = transaction?.hash ?? toHash32(new Uint8Array(32))
  expect(blocks.transaction(hash)).toEqual({ blockHash: second.hash, index: 0 })
  await reorganise(target, { off: [second], on: [] })
  expect(blocks.transaction(hash)).toBeUndefined()
  await reorganise(target, { off: [], on: [sibling] })
  expect(blocks.transaction(hash)).toEqual({ blockHash: sibling.hash, index: 0 })
  expect(blocks.head()?.hash).toEqual(sibling.hash)
})

test('the canonical chain has no gaps, and keeps its first block', async () => {
  const { target, genesis, first } = await threeBlocks()
  const batch = target.committer.begin()
  expect(() => makeCanonical(batch, mineModelBlock(first, createRandom(5)))).toThrowError('does not follow the head')
  expect(() => unmakeCanonical(batch, first)).toThrowError('not the head')
  const fresh = (await createCommitter(createMemoryStore())).begin()
  expect(() => makeCanonical(fresh, first)).toThrowError('does not follow the head')
  makeCanonical(fresh, genesis)
  expect(() => unmakeCanonical(fresh, genesis)).toThrowError('stays')
})

test('so many bad blocks are remembered and no more', async () => {
  const store = createMemoryStore()
  const committer = await createCommitter(store)
  const hashOf = (index: number) => toHash32(new Uint8Array(32).fill(index & 255, 0, 16).fill(index >> 8, 16))
  const full = committer.begin()
  for (let index = 0; index < MAX_BAD_BLOCKS; index++) {
    await putBadBlock(store, full, { hash: hashOf(index), rule: 'HEADER_BASE_FEE' })
    await putBadBlock(store, full, { hash: hashOf(index), rule: 'BODY_SIZE' })
  }
  await committer.commit(full, { sync: false })
  expect(badBlockRule(store, hashOf(0))).toBe('HEADER_BASE_FEE')
  const oneMore = committer.begin()
  await putBadBlock(store, oneMore, { hash: hashOf(MAX_BAD_BLOCKS), rule: 'HEADER_BASE_FEE' })
  await committer.commit(oneMore, { sync: false })
  expect(badBlockRule(store, hashOf(0))).toBeUndefined()
  expect(badBlockRule(store, hashOf(1))).toBe('HEADER_BASE_FEE')
  expect(badBlockRule(store, hashOf(MAX_BAD_BLOCKS))).toBe('HEADER_BASE_FEE')
})

import { bytesToHex } from '@poai/core'
import { type ChainGenerator, type GeneratedBlock, LOGGER_WALLET, WALLETS } from '@poai/testing/chain'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { ChainError } from '../../../src/index.ts'
import { type ChainFixture, openChainFixture, startGenerator } from '../../support/chain-fixture.ts'
import { trafficOf } from '../../support/traffic.ts'

/** Which earlier block each block of a tree stands on, and when it comes. */
const tree = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.record({
    parents: fc.tuple(...Array.from({ length: size }, (_, index) => fc.integer({ min: 0, max: index }))),
    order: fc.shuffledSubarray(
      Array.from({ length: size }, (_, index) => index),
      { minLength: size },
    ),
  }),
)

let generator: ChainGenerator

beforeAll(async () => {
  generator = await startGenerator()
})

async function growTree(parents: readonly number[]): Promise<readonly GeneratedBlock[]> {
  const blocks = [generator.genesis]
  for (const [index, parent] of parents.entries()) {
    const base = blocks[parent] ?? generator.genesis
    const plan = trafficOf(generator, base, 'tree')
    // No two siblings are the same block.
    const header = { ...plan.header, extraData: Uint8Array.of(index) }
    blocks.push(await generator.child(base, { ...plan, header }))
  }
  return blocks.slice(1)
}

/** Of the heaviest chain that the block with that index is part of. */
function bestWorkOver(blocks: readonly GeneratedBlock[], parents: readonly number[], index: number): bigint {
  const own = blocks[index]?.context.totalWork ?? 0n
  const children = parents.flatMap((parent, child) => (parent === index + 1 ? [child] : []))
  return children.map((child) => bestWorkOver(blocks, parents, child)).reduce((a, b) => (a > b ? a : b), own)
}

/** A block that waits for its parent fails with it: what counts is why the first of them was not taken. */
function reasonOf(error: unknown): unknown {
  const waited = error instanceof ChainError && error.code === 'CHAIN_PARENT_UNDECIDED'
  return waited && error.cause !== undefined ? reasonOf(error.cause) : error
}

function expectStateOf({ chain }: ChainFixture, block: GeneratedBlock): void {
  const state = chain.queries.stateAt(block.context.number)
  for (const { address } of [...WALLETS, LOGGER_WALLET])
    expect(state.account(address)).toEqual(block.state.account(address))
}

it('blocks of any tree in any order end in the heaviest chain, with its state and a sound database', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async ({ parents, order }) => {
      const blocks = await growTree(parents)
      const heaviest = blocks.map(({ context }) => context.totalWork).reduce((a, b) => (a > b ? a : b))
      const fixture = await openChainFixture()
      const importing = order.map(async (index) => {
        const { block } = blocks[index] ?? generator.genesis
        const branchWork = bestWorkOver(blocks, parents, index)
        try {
          await fixture.chain.importBlock(block, { source: `peer ${index}`, branchWork })
        } catch (error) {
          // Only what cannot win is not taken: it would not be the head, nor before it.
          expect(reasonOf(error)).toMatchObject({ code: 'CHAIN_TOO_LIGHT' })
          expect(branchWork).toBeLessThanOrEqual(fixture.chain.head().totalWork)
        }
      })
      await Promise.all(importing)
      // Orphans follow their parents by themselves.
      await expect.poll(() => fixture.chain.head().totalWork).toBe(heaviest)
      const name = bytesToHex(fixture.chain.head().hash)
      const head = blocks.find(({ hash }) => bytesToHex(hash) === name)
      if (head === undefined) throw new Error('the head is a block of the tree')
      expectStateOf(fixture, head)
      await fixture.close()
      expect((await fixture.check()).faults).toEqual([])
    }),
    { numRuns: 25 },
  )
})

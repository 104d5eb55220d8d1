import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dropFinalBlock, readHorizons } from '@poai/storage'
import type { ChainGenerator, GeneratedBlock } from '@poai/testing/chain'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type ChainFixtureOptions, importAll, openChainFixture, startGenerator } from '../../support/chain-fixture.ts'

const DEPTH = 3n
const CHAIN: NonNullable<ChainFixtureOptions['chain']> = { limits: { finalityDepth: DEPTH } }
const LITTLE = { history: 4n, undo: 4n, blocks: 4n } as const

let generator: ChainGenerator
/** Worked at the easiest target, block by block late: a chain that costs little. */
let captured: readonly GeneratedBlock[]
let honest: readonly GeneratedBlock[]

beforeAll(async () => {
  generator = await startGenerator()
  captured = await generator.grow(generator.genesis, 12, (_, parent) => ({
    header: { timestamp: parent.context.timestamp + 100n },
  }))
  honest = await generator.grow(generator.genesis, 14)
})

function last(blocks: readonly GeneratedBlock[]): GeneratedBlock {
  const block = blocks.at(-1)
  if (block === undefined) throw new RangeError('there are blocks')
  return block
}

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'poai-finality-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

describe('finality', () => {
  it('does not come while the node catches up: it leaves a chain that it was led to, however long', async () => {
    const { chain, check } = await openChainFixture({ chain: CHAIN, retention: LITTLE })
    await importAll(chain, captured)
    expect(chain.finalized().number).toBe(0n)
    await importAll(chain, honest)
    expect(chain.head()).toEqual(last(honest).context)
    expect((await check()).faults).toEqual([])
  })

  it('comes with heads while the node is settled, goes on from there, and never goes back', async () => {
    const { chain } = await openChainFixture({ chain: CHAIN })
    await importAll(chain, honest.slice(0, 8))
    chain.settle(true)
    expect(chain.finalized().number).toBe(0n)
    await importAll(chain, honest.slice(8, 9))
    expect(chain.finalized()).toMatchObject({ number: 9n - DEPTH, hash: honest[5]?.hash })
    chain.settle(false)
    await importAll(chain, honest.slice(9, 11))
    expect(chain.finalized().number).toBe(6n)
    chain.settle(true)
    await importAll(chain, honest.slice(11))
    expect(chain.finalized().number).toBe(14n - DEPTH)
  })

  it('refuses a branch from before it, and takes one from it', async () => {
    const { chain } = await openChainFixture({ chain: CHAIN, isSettled: true })
    await importAll(chain, honest.slice(0, 6))
    expect(chain.finalized().number).toBe(3n)
    const branchFrom = (base: GeneratedBlock | undefined, length: number): Promise<readonly GeneratedBlock[]> =>
      generator.grow(base ?? generator.genesis, length, (index) => ({ header: { extraData: Uint8Array.of(8, index) } }))
    const before = await branchFrom(honest[1], 6)
    await expect(importAll(chain, before)).rejects.toMatchObject({
      code: 'CHAIN_FINAL',
      hint: expect.stringContaining('poai db drop-finality'),
    })
    const from = await branchFrom(honest[2], 4)
    await importAll(chain, from)
    expect(chain.head()).toEqual(last(from).context)
  })

  it('outlives a restart, and the node that it is taken from follows the heavier chain', async () => {
    const directory = await folder()
    const first = await openChainFixture({ directory, chain: CHAIN, isSettled: true })
    await importAll(first.chain, captured)
    await first.close()
    const second = await openChainFixture({ directory, chain: CHAIN })
    expect(second.chain.finalized().number).toBe(12n - DEPTH)
    await expect(importAll(second.chain, honest)).rejects.toMatchObject({ code: 'CHAIN_FINAL' })
    const batch = second.committer.begin()
    dropFinalBlock(batch)
    await second.committer.commit(batch, { sync: true })
    await second.close()
    const third = await openChainFixture({ directory, chain: CHAIN })
    await importAll(third.chain, honest)
    expect(third.chain.head()).toEqual(last(honest).context)
    await third.close()
  })

  it('is where undo records end, in a database of an older program that pruned by depth alone', async () => {
    const directory = await folder()
    const first = await openChainFixture({ directory, chain: CHAIN, retention: LITTLE, isSettled: true })
    await importAll(first.chain, honest.slice(0, 10))
    const batch = first.committer.begin()
    dropFinalBlock(batch)
    await first.committer.commit(batch, { sync: true })
    await first.close()
    const second = await openChainFixture({ directory, chain: CHAIN, retention: LITTLE })
    expect(second.chain.finalized()).toEqual({ number: 6n, hash: honest[5]?.hash })
    await expect(importAll(second.chain, captured)).rejects.toMatchObject({ code: 'CHAIN_FINAL' })
    await second.close()
  })

  it('keeps all that it takes to roll back until then, and lets go of it at once afterwards', async () => {
    const long = await generator.grow(generator.genesis, 80)
    const { chain, store, check } = await openChainFixture({ chain: CHAIN, retention: LITTLE })
    await importAll(chain, long.slice(0, -1))
    expect(readHorizons(store)).toEqual({ history: 0n, undo: 0n, blocks: 0n, branches: 0n })
    chain.settle(true)
    await importAll(chain, long.slice(-1))
    const kept = 80n - LITTLE.undo
    await expect.poll(() => readHorizons(store)).toEqual({ history: kept, undo: kept, blocks: kept, branches: kept })
    await chain.stop()
    expect((await check()).faults).toEqual([])
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Checkpoint } from '@poai/core'
import type { ChainGenerator, GeneratedBlock } from '@poai/testing/chain'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { importAll, openChainFixture, startGenerator } from '../../support/chain-fixture.ts'

let generator: ChainGenerator
let right: readonly GeneratedBlock[]
let wrong: readonly GeneratedBlock[]

beforeAll(async () => {
  generator = await startGenerator()
  right = await generator.grow(generator.genesis, 3)
  wrong = await generator.grow(generator.genesis, 5, (index) => ({ header: { extraData: Uint8Array.of(7, index) } }))
})

function checkpointOf(blocks: readonly GeneratedBlock[], index: number): Checkpoint {
  const block = blocks[index]
  if (block === undefined) throw new RangeError(`no block ${index}`)
  return { number: block.context.number, hash: block.hash }
}

describe('a checkpoint', () => {
  it('keeps a heavier chain with another block at its height out, before any replay of that block', async () => {
    const { chain, costs } = await openChainFixture({ chain: { checkpoints: [checkpointOf(right, 1)] } })
    const [first, second] = wrong
    if (first === undefined || second === undefined) throw new RangeError()
    await chain.importBlock(first.block)
    costs.replays = 0
    await expect(chain.importBlock(second.block)).rejects.toMatchObject({ code: 'CHAIN_CHECKPOINT' })
    expect(costs.replays).toBe(0)
    await importAll(chain, right)
    expect(chain.head()).toEqual(right.at(-1)?.context)
  })

  it('that the chain has reached is final with all before it, and so is nothing after it', async () => {
    const { chain } = await openChainFixture({ chain: { checkpoints: [checkpointOf(right, 1)] } })
    await importAll(chain, right.slice(0, 1))
    expect(chain.finalized().number).toBe(0n)
    await importAll(chain, right.slice(1))
    expect(chain.finalized()).toEqual(checkpointOf(right, 1))
    const [first] = wrong
    if (first === undefined) throw new RangeError()
    await expect(chain.importBlock(first.block)).rejects.toMatchObject({ code: 'CHAIN_FINAL' })
    expect(chain.queries.numberOf('finalized')).toBe(2n)
  })

  it('that the chain on disk contradicts is told at the start', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'poai-checkpoints-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const before = await openChainFixture({ directory })
    await importAll(before.chain, right)
    await before.close()
    const same = await openChainFixture({ directory, chain: { checkpoints: [checkpointOf(right, 2)] } })
    await same.close()
    const opening = openChainFixture({ directory: `${directory}`, chain: { checkpoints: [checkpointOf(wrong, 2)] } })
    await expect(opening).rejects.toMatchObject({ code: 'CHAIN_CHECKPOINT' })
  })
})

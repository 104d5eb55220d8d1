import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NetworkParams } from '@poai/core'
import { FORK_NUMBER, forkingNetwork, type GeneratedBlock } from '@poai/testing/chain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChainFixture, importAll, openChainFixture, startGenerator } from '../support/chain-fixture.ts'

const forked = forkingNetwork()
const unforked: NetworkParams = { ...forked, forks: [] }

/** Blocks 1 to 9 are the same by both. */
let newChain: readonly GeneratedBlock[]
let oldChain: readonly GeneratedBlock[]
/** Two blocks beside the old chain, on block 9. */
let side: readonly GeneratedBlock[]
let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'poai-schedule-'))
  const [ofNew, ofOld] = [await startGenerator(forked), await startGenerator(unforked)]
  newChain = await ofNew.grow(ofNew.genesis, 12)
  oldChain = await ofOld.grow(ofOld.genesis, 13)
  side = await ofOld.grow(at(oldChain, FORK_NUMBER - 1n), 2, () => ({ header: { extraData: Uint8Array.of(1) } }))
})

afterAll(() => rm(root, { recursive: true, force: true }))

function at(chain: readonly GeneratedBlock[], number: bigint): GeneratedBlock {
  return chain[Number(number) - 1] as GeneratedBlock
}

function open(name: string, params: NetworkParams, finalityDepth = 200n): Promise<ChainFixture> {
  const chain = { limits: { finalityDepth } }
  return openChainFixture({ params, directory: join(root, name), chain, isSettled: finalityDepth < 200n })
}

async function run(name: string, params: NetworkParams, blocks: readonly GeneratedBlock[]): Promise<void> {
  const fixture = await open(name, params)
  await importAll(fixture.chain, blocks)
  await fixture.close()
}

describe('a node that hears of a fork', () => {
  it('before the fork changes nothing, and follows it', async () => {
    await run('in-time', unforked, newChain.slice(0, 9))
    const fixture = await open('in-time', forked)
    expect(fixture.chain.head()).toEqual(at(newChain, 9n).context)
    await importAll(fixture.chain, newChain.slice(9))
    expect(fixture.chain.head()).toEqual(newChain.at(-1)?.context)
    await fixture.close()
  })

  it('late goes back to before it, with all that it kept beside the chain, and follows it', async () => {
    await run('late', unforked, [...oldChain, ...side])
    const refused = await open('late', unforked)
    await expect(refused.chain.importBlock(at(newChain, 10n).block)).rejects.toThrow()
    await refused.close()

    const fixture = await open('late', forked)
    expect(fixture.chain.head()).toEqual(at(oldChain, 9n).context)
    for (const { hash } of [...oldChain.slice(9), ...side]) expect(fixture.chain.context(hash)).toBeUndefined()
    await importAll(fixture.chain, newChain.slice(9))
    expect(fixture.chain.head()).toEqual(newChain.at(-1)?.context)
    expect((await fixture.check()).faults).toEqual([])
    await fixture.close()

    const again = await open('late', forked)
    expect(again.chain.head()).toEqual(newChain.at(-1)?.context)
    await again.close()
  })

  it('that was called off goes back the same way', async () => {
    await run('called-off', forked, newChain)
    const fixture = await open('called-off', unforked)
    expect(fixture.chain.head()).toEqual(at(newChain, 9n).context)
    await importAll(fixture.chain, oldChain.slice(9))
    expect(fixture.chain.head()).toEqual(oldChain.at(-1)?.context)
    await fixture.close()
  })

  it('too late, when blocks beyond it are final, says so and does nothing', async () => {
    const settled = await open('final', unforked, 2n)
    await importAll(settled.chain, oldChain)
    expect(settled.chain.finalized().number).toBe(11n)
    await settled.close()
    await expect(open('final', forked, 2n)).rejects.toMatchObject({ code: 'CHAIN_OTHER_SCHEDULE' })
    await expect(open('final', forkingNetwork(11n), 2n)).rejects.toMatchObject({ code: 'CHAIN_OTHER_SCHEDULE' })
    const later = await open('final', forkingNetwork(12n), 2n)
    expect(later.chain.head().number).toBe(11n)
    await later.close()
  })
})

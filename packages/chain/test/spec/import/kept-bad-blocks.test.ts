import type { RuleCode } from '@poai/core'
import { BAD_BLOCK_SHELVES, keptBadBlocks } from '@poai/storage'
import { type ChainGenerator, invalidBlock } from '@poai/testing/chain'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type ChainFixture,
  importAll,
  openChainFixture,
  startGenerator,
  TEST_TIME_MS,
} from '../../support/chain-fixture.ts'

let generator: ChainGenerator

beforeAll(async () => {
  generator = await startGenerator()
})

async function offer({ chain }: ChainFixture, code: RuleCode, source = 'a peer'): Promise<void> {
  const { block } = await invalidBlock(generator, generator.genesis, code)
  await expect(chain.importBlock(block, { source })).rejects.toMatchObject({ code })
}

const shown = async ({ store }: ChainFixture): Promise<readonly string[]> =>
  (await keptBadBlocks(store)).map(({ shelf, rule, source }) => `${shelf} ${rule} of ${source}`)

describe('an invalid block is kept whole', () => {
  it('with its rule, its reason, its bringer and the time', async () => {
    const fixture = await openChainFixture()
    const { block } = await invalidBlock(generator, generator.genesis, 'EXECUTION_GAS_USED')
    await expect(fixture.chain.importBlock(block, { source: 'a peer' })).rejects.toThrow()
    const [kept] = await keptBadBlocks(fixture.store)
    expect(kept).toMatchObject({ rule: 'EXECUTION_GAS_USED', source: 'a peer', atMs: BigInt(TEST_TIME_MS) })
    expect(kept?.reason).toBe('rule broken: gasUsed is what execution used: expected 0, got 1')
    expect(fixture.codecs.block.decode(kept?.block ?? new Uint8Array())).toEqual(block)
    await expect(fixture.chain.importBlock(block)).rejects.toThrow('found invalid before')
    expect(await shown(fixture)).toHaveLength(1)
    expect(await fixture.chain.queries.badBlocks()).toEqual([kept])
  })

  it.each<[RuleCode, string | undefined]>([
    ['HEADER_BASE_FEE', undefined],
    ['WORK_CLAIM_ABOVE_TARGET', undefined],
    ['BODY_TRANSACTIONS_ROOT', undefined],
    ['BODY_SIZE', 'claimed'],
    ['TRANSACTION_SIGNATURE', 'claimed'],
    ['WORK_TRANSCRIPT_MISMATCH', 'claimed'],
    ['EXECUTION_NONCE', 'worked'],
    ['EXECUTION_STATE_ROOT', 'worked'],
  ])('by what its maker has paid for it: %s is %s', async (code, shelf) => {
    const fixture = await openChainFixture()
    await offer(fixture, code)
    expect(await shown(fixture)).toEqual(shelf === undefined ? [] : [`${shelf} ${code} of a peer`])
  })

  it('and no stranger pushes it out with blocks that only claim work', async () => {
    const fixture = await openChainFixture()
    await offer(fixture, 'EXECUTION_STATE_ROOT')
    for (let round = 0; round < 8; round++) {
      const plan = {
        header: { beneficiary: generator.genesis.block.header.beneficiary, extraData: Uint8Array.of(round) },
      }
      const { block } = await generator.child(generator.genesis, plan)
      fixture.costs.flips = 2
      const forged = fixture.chain.importBlock(block, { source: `peer ${round}` })
      await expect(forged).rejects.toMatchObject({ code: 'WORK_TRANSCRIPT_MISMATCH' })
    }
    const { maxBlocks } = BAD_BLOCK_SHELVES.claimed
    const kept = await shown(fixture)
    expect(kept).toContain('worked EXECUTION_STATE_ROOT of a peer')
    expect(kept.filter((line) => line.startsWith('claimed'))).toHaveLength(maxBlocks)
  })

  it('also where it was stored before it was executed; those on top of it are not kept', async () => {
    const fixture = await openChainFixture()
    const main = await generator.grow(generator.genesis, 2)
    await importAll(fixture.chain, main)
    const liar = await generator.child(generator.genesis, { header: { gasUsed: 1n } })
    const rest = await generator.grow(liar, 2)
    const branchWork = rest.at(-1)?.context.totalWork ?? 0n
    for (const { block } of [liar, ...rest.slice(0, 1)])
      await fixture.chain.importBlock(block, { source: 'a peer', branchWork })
    const last = rest.at(-1)?.block
    if (last === undefined) throw new Error('a branch has an end')
    await expect(fixture.chain.importBlock(last, { source: 'a peer', branchWork })).rejects.toMatchObject({
      code: 'HEADER_PARENT_INVALID',
    })
    expect(await shown(fixture)).toEqual(['worked EXECUTION_GAS_USED of stored before'])
  })
})

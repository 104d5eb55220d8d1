import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChainGenerator, GeneratedBlock } from '@poai/testing/chain'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { SIDE_DEFAULTS } from '../../../src/index.ts'
import { importAll, openChainFixture, startGenerator } from '../../support/chain-fixture.ts'

const TOO_LIGHT = { code: 'CHAIN_TOO_LIGHT' }

let generator: ChainGenerator
let trunk: readonly GeneratedBlock[]

beforeAll(async () => {
  generator = await startGenerator()
  trunk = await generator.grow(generator.genesis, 6)
})

function at(index: number): GeneratedBlock {
  const block = trunk[index]
  if (block === undefined) throw new RangeError(`no block ${index}`)
  return block
}

/** Another block after the same parent, `count` of them. */
function siblings(parent: GeneratedBlock, count: number): Promise<readonly GeneratedBlock[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      generator.child(parent, { header: { extraData: Uint8Array.of(9, index) } }),
    ),
  )
}

describe('a block beside the chain', () => {
  it('is kept if it ties, or lost by a block or two, and else not even replayed', async () => {
    const { chain, costs } = await openChainFixture()
    await importAll(chain, trunk)
    const depths = [4, 3, 2, 1].map((index) => siblings(at(index), 1))
    const [tie, one, two, three] = (await Promise.all(depths)).flat()
    if (tie === undefined || one === undefined || two === undefined || three === undefined) throw new RangeError()
    for (const { block } of [tie, one, two]) expect(await chain.importBlock(block)).toMatchObject({ kind: 'side' })
    costs.replays = 0
    await expect(chain.importBlock(three.block)).rejects.toMatchObject(TOO_LIGHT)
    expect(() => chain.judgeHeader(three.block.header)).toThrowError(expect.objectContaining(TOO_LIGHT))
    expect(costs.replays).toBe(0)
    expect(chain.queries.header(three.hash)).toBeUndefined()
  })

  it('is always taken where a sample says that its branch wins', async () => {
    const { chain } = await openChainFixture()
    await importAll(chain, trunk)
    const [first] = await siblings(generator.genesis, 1)
    if (first === undefined) throw new RangeError()
    const { totalWork } = chain.head()
    await expect(chain.importBlock(first.block, { branchWork: 1n })).rejects.toMatchObject(TOO_LIGHT)
    expect(await chain.importBlock(first.block, { branchWork: totalWork + 1n })).toMatchObject({ kind: 'side' })
  })

  it('that ties makes its child the head', async () => {
    const { chain } = await openChainFixture()
    await importAll(chain, trunk)
    const [tie] = await siblings(at(4), 1)
    if (tie === undefined) throw new RangeError()
    const child = await generator.child(tie)
    expect(await chain.importBlock(tie.block)).toMatchObject({ kind: 'side' })
    expect(await chain.importBlock(child.block)).toMatchObject({ kind: 'head' })
    expect(await chain.importBlock(at(5).block)).toMatchObject({ kind: 'known' })
  })

  it('is one of so many at its height, however many come at once', async () => {
    const { chain, costs } = await openChainFixture()
    await importAll(chain, trunk)
    const flood = await siblings(at(4), SIDE_DEFAULTS.maxPerHeight + 3)
    costs.replays = 0
    const settled = await Promise.allSettled(flood.map(({ block }) => chain.importBlock(block)))
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(SIDE_DEFAULTS.maxPerHeight)
    expect(costs.replays).toBe(SIDE_DEFAULTS.maxPerHeight)
    const child = await generator.child(at(5))
    expect(await chain.importBlock(child.block)).toMatchObject({ kind: 'head' })
  })

  it('is counted over a restart, and not once pruning has taken it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'poai-sides-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const flood = await siblings(at(1), SIDE_DEFAULTS.maxPerHeight + 1)
    const last = flood.at(-1)
    if (last === undefined) throw new RangeError()
    const options = { directory, retention: { history: 2n, undo: 2n, blocks: 'all' }, isSettled: true } as const
    const limits = { finalityDepth: 1n }
    const first = await openChainFixture({ ...options, isSettled: false, chain: { limits } })
    await importAll(first.chain, trunk.slice(0, 3))
    for (const { block } of flood.slice(0, -1)) await first.chain.importBlock(block)
    await first.close()
    const second = await openChainFixture({ ...options, chain: { limits } })
    await expect(second.chain.importBlock(last.block)).rejects.toMatchObject(TOO_LIGHT)
    await importAll(second.chain, trunk.slice(3))
    expect(second.chain.queries.header(flood[0]?.hash ?? last.hash)).toBeUndefined()
    expect((await second.check()).faults).toEqual([])
    await second.close()
  })

  it('makes room where they take too many bytes, and takes nothing with it that stands', async () => {
    const maxBytes = 3 * 2100
    const { chain, check } = await openChainFixture({ chain: { limits: { sides: { ...SIDE_DEFAULTS, maxBytes } } } })
    await importAll(chain, trunk)
    const [low, tie, other] = [...(await siblings(at(2), 1)), ...(await siblings(at(4), 2))]
    if (low === undefined || tie === undefined || other === undefined) throw new RangeError()
    const high = await generator.child(low)
    for (const { block } of [low, high, tie]) expect(await chain.importBlock(block)).toMatchObject({ kind: 'side' })
    expect(await chain.importBlock(other.block)).toMatchObject({ kind: 'side' })
    expect([low, high, tie, other].map(({ hash }) => chain.queries.header(hash) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ])
    expect((await check()).faults).toEqual([])
  })
})

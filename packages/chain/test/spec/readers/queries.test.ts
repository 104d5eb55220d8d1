import { hash32, toHash32, uintToBytes } from '@poai/core'
import { type ChainGenerator, type GeneratedBlock, LOGGER_WALLET, WALLETS } from '@poai/testing/chain'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ChainFixture, importAll, openChainFixture, startGenerator } from '../../support/chain-fixture.ts'
import { growWithTraffic } from '../../support/traffic.ts'

let generator: ChainGenerator
let blocks: readonly GeneratedBlock[]
let fixture: ChainFixture

beforeAll(async () => {
  generator = await startGenerator()
  blocks = await growWithTraffic(generator, generator.genesis, { length: 6, branch: 'trunk' })
  fixture = await openChainFixture({ isSettled: true, chain: { safeDepth: 2n, limits: { finalityDepth: 4n } } })
  await importAll(fixture.chain, blocks)
})

const topic = toHash32(uintToBytes(BigInt('t'.charCodeAt(0)), 32))
const everywhere = { from: 0n, to: 100n, addresses: [], topics: [] }

describe('queries', () => {
  it('know the tags, and that nothing is below the genesis block', async () => {
    const { queries } = fixture.chain
    expect((['earliest', 'finalized', 'safe', 'latest'] as const).map(queries.numberOf)).toEqual([0n, 2n, 4n, 6n])
    const young = await openChainFixture()
    expect(young.chain.queries.numberOf('finalized')).toBe(0n)
  })

  it('do not call final what was not, and nothing safe that is', async () => {
    const { chain } = await openChainFixture({ chain: { safeDepth: 4n, limits: { finalityDepth: 2n } } })
    await importAll(chain, blocks.slice(0, 5))
    expect((['finalized', 'safe', 'latest'] as const).map(chain.queries.numberOf)).toEqual([0n, 1n, 5n])
    chain.settle(true)
    await importAll(chain, blocks.slice(5))
    expect((['finalized', 'safe', 'latest'] as const).map(chain.queries.numberOf)).toEqual([4n, 4n, 6n])
  })

  it('find blocks and receipts by number and by hash', async () => {
    const { queries } = fixture.chain
    for (const { block, hash, context, receipts } of blocks) {
      expect(queries.header(context.number)).toEqual(block.header)
      expect(await queries.block(hash)).toEqual(await queries.block(context.number))
      expect(await queries.receipts(hash)).toEqual(receipts)
    }
    expect(await queries.block(7n)).toBeUndefined()
    expect(queries.header(hash32())).toBeUndefined()
  })

  it('find transactions with their place', async () => {
    const { queries } = fixture.chain
    const [, second] = blocks[2]?.block.body.transactions ?? []
    if (second === undefined) throw new Error('the block has two transactions')
    expect(await queries.transaction(second.hash)).toMatchObject({
      index: 1,
      blockHash: blocks[2]?.hash,
      cumulativeGasBefore: 21_000n,
      logsBefore: 0,
      receipt: { status: 1 },
    })
    expect(await queries.transaction(hash32())).toBeUndefined()
  })

  it('find logs by address and topic, in their order', async () => {
    const { queries } = fixture.chain
    const all = await queries.logs(everywhere)
    expect(all.map(({ blockNumber }) => blockNumber)).toEqual([1n, 2n, 3n, 4n, 5n, 6n])
    expect(all[0]).toMatchObject({ transactionIndex: 1, logIndex: 0, log: { address: LOGGER_WALLET.address } })
    const narrow = { ...everywhere, from: 2n, to: 4n, addresses: [LOGGER_WALLET.address], topics: [[topic]] }
    expect((await queries.logs(narrow)).map(({ blockNumber }) => blockNumber)).toEqual([2n, 3n, 4n])
    const other = WALLETS[0]?.address
    if (other === undefined) throw new Error('there are wallets')
    expect(await queries.logs({ ...everywhere, addresses: [other] })).toEqual([])
    expect(await queries.logs({ ...everywhere, topics: [[hash32()]] })).toEqual([])
    // A place without topics wants a topic there all the same.
    expect(await queries.logs({ ...everywhere, topics: [[topic], []] })).toEqual([])
    expect(await queries.logs({ ...everywhere, topics: [[hash32(), topic]] })).toHaveLength(6)
  })

  it('refuse a search that looks at too many blocks', async () => {
    const { queries } = fixture.chain
    await expect(queries.logs({ ...everywhere, to: 10_000n })).rejects.toMatchObject({ code: 'CHAIN_BUSY' })
    await queries.logs({ ...everywhere, to: 9_999n })
  })

  it('read the state after any recent block', async () => {
    for (const { context, state } of blocks) {
      const past = fixture.chain.queries.stateAt(context.number)
      for (const { address } of [...WALLETS, LOGGER_WALLET])
        expect(past.account(address)).toEqual(state.account(address))
      await past.close()
    }
  })

  it('say so where a state is not kept any more', async () => {
    const retention = { history: 3n, undo: 2n, blocks: 'all' } as const
    const { chain } = await openChainFixture({ retention, isSettled: true, chain: { limits: { finalityDepth: 2n } } })
    await importAll(chain, blocks)
    expect(() => chain.queries.stateAt(2n)).toThrowError(expect.objectContaining({ code: 'STORAGE_HISTORY_PRUNED' }))
    await chain.queries.stateAt(3n).close()
    expect(await chain.queries.block(1n)).toBeDefined()
  })
})

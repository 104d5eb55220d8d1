import { type ChainGenerator, type GeneratedBlock, signTransaction, WALLETS, type Wallet } from '@poai/testing/chain'
import { beforeAll, describe, expect, it } from 'vitest'
import { dumpStore, importAll, openChainFixture, startGenerator } from '../../support/chain-fixture.ts'
import { assertReorganisation, assertSameChain, growFork } from '../../support/reorganise.ts'
import { growWithTraffic, trafficOf } from '../../support/traffic.ts'

let generator: ChainGenerator

beforeAll(async () => {
  generator = await startGenerator()
})

describe('a reorganisation', () => {
  it.each([1, 2, 3, 5, 8, 13, 20])(
    'of depth %i ends in the state of a node that only saw the winner',
    async (depth) => {
      await assertReorganisation(generator, depth)
    },
  )

  it('goes there and back again', async () => {
    const { trunk, loser, winner } = await growFork(generator, 3)
    const tip = loser.at(-1) ?? generator.genesis
    const comeback = await growWithTraffic(generator, tip, { length: 2, branch: 'loser' })
    const [torn, straight] = [await openChainFixture(), await openChainFixture()]
    await importAll(torn.chain, [...trunk, ...loser, ...winner, ...comeback])
    await importAll(straight.chain, [...trunk, ...loser, ...comeback])
    expect(torn.heads.filter(({ removed }) => removed.length > 0).map(({ removed }) => removed.length)).toEqual([3, 4])
    await assertSameChain(torn, straight)
  })

  it('does not happen for a branch that is only as heavy', async () => {
    const { trunk, loser, winner } = await growFork(generator, 2)
    const { chain } = await openChainFixture()
    await importAll(chain, [...trunk, ...loser])
    await importAll(chain, winner.slice(0, 2))
    expect(chain.head()).toEqual(loser.at(-1)?.context)
  })

  it('follows a shorter chain that is heavier, and nothing of the longer one is left above it', async () => {
    const spaced = (seconds: bigint, length: number): Promise<readonly GeneratedBlock[]> =>
      generator.grow(generator.genesis, length, (_, parent) => ({
        ...trafficOf(generator, parent, `every ${seconds} s`),
        header: { timestamp: parent.context.timestamp + seconds },
      }))
    // Late blocks are easy: eight of them are worth less than seven on schedule.
    const [long, short] = [await spaced(25n, 8), await spaced(5n, 7)]
    const { chain, heads, check } = await openChainFixture()
    await importAll(chain, long)
    const top = long.at(-1)?.block.body.transactions[0]
    if (top === undefined) throw new Error('the last block has transactions')
    expect(await chain.queries.transaction(top.hash)).toMatchObject({ header: { number: 8n } })
    await importAll(chain, short)
    expect(heads.at(-1)?.head).toEqual(chain.head())
    expect(chain.head().number).toBeLessThan(8n)
    expect(chain.head()).toEqual(short.at(-1)?.context)
    expect(await chain.queries.block(8n)).toBeUndefined()
    expect(await chain.queries.transaction(top.hash)).toBeUndefined()
    expect((await check()).faults).toEqual([])
  })

  it('leaves the old chain untouched if a block of the branch is invalid, and remembers it and what follows it', async () => {
    const { trunk, loser, winner } = await growFork(generator, 3)
    const base = winner[0]
    if (base === undefined) throw new Error('the winner has blocks')
    // Wrong in what only execution can see, so that it is kept beside the chain at first.
    const stateRoot = base.block.header.stateRoot.with(0, 1) as typeof base.block.header.stateRoot
    const bad = await generator.child(base, { header: { stateRoot } })
    const after = await generator.grow(bad, 2)
    const { chain, store, costs, check } = await openChainFixture()
    await importAll(chain, [...trunk, ...loser, base, bad, ...after.slice(0, 1)])
    const before = await dumpStore(store)
    const [, last] = after
    if (last === undefined) throw new Error('two blocks were grown')
    await expect(chain.importBlock(last.block)).rejects.toMatchObject({ code: 'HEADER_PARENT_INVALID' })
    expect(chain.head()).toEqual(loser.at(-1)?.context)
    const changed = [...(await dumpStore(store))].filter(([key, value]) => before.get(key) !== value)
    expect(changed.every(([key]) => ['0x50', '0x51', '0x63'].includes(key.slice(0, 4)))).toBe(true)
    costs.replays = 0
    costs.executions = 0
    await expect(chain.importBlock(bad.block)).rejects.toMatchObject({ code: 'EXECUTION_STATE_ROOT' })
    for (const { block } of after) {
      await expect(chain.importBlock(block)).rejects.toMatchObject({ code: 'HEADER_PARENT_INVALID' })
    }
    const child = await generator.child(last)
    await expect(chain.importBlock(child.block)).rejects.toMatchObject({ code: 'HEADER_PARENT_INVALID' })
    expect(costs).toMatchObject({ replays: 0, executions: 0 })
    // The valid rest of the branch may still win.
    const rest = await growWithTraffic(generator, base, { length: 3, branch: 'another winner' })
    await importAll(chain, rest)
    expect(chain.head()).toEqual(rest.at(-1)?.context)
    expect((await check()).faults).toEqual([])
  })

  it('is refused when it is deeper than what is final here', async () => {
    const { trunk, loser, winner } = await growFork(generator, 3)
    const { chain, costs } = await openChainFixture({ isSettled: true, chain: { limits: { finalityDepth: 2n } } })
    await importAll(chain, [...trunk, ...loser])
    costs.replays = 0
    const [first] = winner
    if (first === undefined) throw new Error('the winner has blocks')
    await expect(chain.importBlock(first.block)).rejects.toMatchObject({ code: 'CHAIN_FINAL' })
    expect(costs.replays).toBe(0)
  })

  it('is refused for a branch that was kept in time and would now change what is final', async () => {
    const ours = await generator.grow(generator.genesis, 4)
    const theirs = await growWithTraffic(generator, generator.genesis, { length: 5, branch: 'theirs' })
    const { chain } = await openChainFixture({ isSettled: true, chain: { limits: { finalityDepth: 3n } } })
    await importAll(chain, ours.slice(0, 3))
    await importAll(chain, theirs.slice(0, 2))
    await importAll(chain, ours.slice(3))
    await importAll(chain, theirs.slice(2, 4))
    const [last] = theirs.slice(4)
    if (last === undefined) throw new Error('five blocks were grown')
    await expect(chain.importBlock(last.block)).rejects.toMatchObject({ code: 'CHAIN_FINAL' })
    expect(chain.head()).toEqual(ours.at(-1)?.context)
    const deep = await openChainFixture({ isSettled: true, chain: { limits: { finalityDepth: 4n } } })
    await importAll(deep.chain, [...ours, ...theirs])
    expect(deep.chain.head()).toEqual(last.context)
  })

  it('takes transactions of the loser back into the mempool unless the winner has them, and those of the winner out', async () => {
    const [alice, bob] = WALLETS as readonly [Wallet, Wallet]
    const { chainId } = generator.params
    const [both, lost] = [0n, 1n].map((nonce) => signTransaction(chainId, alice, { nonce, to: bob.address }))
    const won = signTransaction(chainId, bob, { nonce: 0n, to: alice.address })
    if (both === undefined || lost === undefined) throw new Error('two transactions were signed')
    const loser = await generator.child(generator.genesis, { transactions: [both, lost] })
    const winner = await generator.grow(generator.genesis, 2, (index) => ({
      transactions: index === 0 ? [both] : [won],
    }))
    const { chain } = await openChainFixture()
    await chain.mempool.add(won)
    await importAll(chain, [loser])
    expect(chain.mempool.size).toMatchObject({ pending: 1, queued: 0 })
    await importAll(chain, winner)
    expect(chain.mempool.get(lost.hash)?.sender).toEqual(alice.address)
    expect(chain.mempool.get(both.hash)).toBeUndefined()
    expect(chain.mempool.get(won.hash)).toBeUndefined()
    expect(chain.mempool.size).toMatchObject({ pending: 1, queued: 0 })
  })
})

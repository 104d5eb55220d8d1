import { signTransaction, testNetwork, WALLETS, type Wallet } from '@poai/testing/chain'
import { describe, expect, it } from 'vitest'
import type { MinedBlock } from '../../src/index.ts'
import { openMiningFixture } from '../support/mining-fixture.ts'
import { until } from '../support/until.ts'

const [alice, bob] = WALLETS as readonly [Wallet, Wallet]

describe('a miner', () => {
  it('mines one block after the other, and counts what they pay', async () => {
    const { chain, engine, miner: create, clock } = await openMiningFixture()
    const miner = create({ beneficiary: bob.address })
    const blocks: MinedBlock[] = []
    miner.onBlock((block) => blocks.push(block))
    expect(miner.status.state).toBe('stopped')
    engine.isOpen = true
    await chain.mempool.add(signTransaction(testNetwork.chainId, alice, { nonce: 0n, to: bob.address }))
    await miner.start()
    await until('five blocks', () => blocks.length >= 5)
    clock.now += 1000
    const { status } = miner
    await miner.stop()
    expect(chain.head().number).toBeGreaterThanOrEqual(5n)
    expect(blocks.every(({ fate }) => fate === 'head')).toBe(true)
    expect((await chain.queries.block(1n))?.body.transactions).toHaveLength(1)
    expect(status).toMatchObject({ blocksLost: 0, blocksInvalid: 0 })
    expect(status.blocksFound).toBe(status.blocksAccepted)
    expect(status.attempts).toBeGreaterThanOrEqual(status.blocksFound)
    expect(status.attemptsPerSecond).toBeGreaterThan(0)
    expect(status.tokensPerSecond).toBeCloseTo(status.attemptsPerSecond * testNetwork.work.exam.tokens)
    expect(status.best?.workHash).toBeLessThan(testNetwork.difficulty.easiestTarget)
    expect(miner.status).toMatchObject({ state: 'stopped', attemptsPerSecond: 0 })
  })
})

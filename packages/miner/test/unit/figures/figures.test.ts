import type { ExecutedBlock } from '@poai/chain'
import { hash32, silentLogger } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { batchSizeFor } from '../../../src/attempts/batch-size.ts'
import { chanceOf, MiningFigures } from '../../../src/figures/mining-figures.ts'
import { OwnBlocks } from '../../../src/figures/own-blocks.ts'
import { RateMeter } from '../../../src/figures/rate-meter.ts'
import { createNonceRanges } from '../../../src/index.ts'
import { Outage } from '../../../src/outage.ts'
import { openMiningFixture } from '../../support/mining-fixture.ts'

const START_MS = 1_000_000

describe('a rate', () => {
  it('is what was counted over the time since the beginning, then over the window', async () => {
    const clock = new ManualClock(START_MS)
    const rate = new RateMeter(clock, 10)
    expect(rate.perSecond).toBe(0)
    rate.begin()
    for (let second = 0; second < 5; second++) {
      rate.add(20)
      await clock.advance(1000)
    }
    expect(rate.perSecond).toBe(20)
    for (let second = 0; second < 20; second++) {
      rate.add(40)
      await clock.advance(1000)
    }
    // The window is nine whole seconds and the one that has just begun.
    expect(rate.perSecond).toBe(40)
  })

  it('falls while nothing is counted, and is 0 after the end', async () => {
    const clock = new ManualClock(START_MS)
    const rate = new RateMeter(clock, 10)
    rate.add(100)
    await clock.advance(5000)
    expect(rate.perSecond).toBe(20)
    await clock.advance(10_000)
    expect(rate.perSecond).toBe(0)
    rate.add(100)
    rate.end()
    expect(rate.perSecond).toBe(0)
  })

  it('survives a clock that is set back', () => {
    const clock = new ManualClock(START_MS)
    const rate = new RateMeter(clock, 10)
    rate.add(100)
    clock.now -= 3_600_000
    rate.add(1)
    expect(Number.isFinite(rate.perSecond)).toBe(true)
    clock.now += 1000
    rate.add(1)
    expect(rate.perSecond).toBeLessThan(10_000)
  })
})

describe('the figures of attempts', () => {
  it('say what was to be expected', async () => {
    const clock = new ManualClock(START_MS)
    const figures = new MiningFigures({ tokensPerAttempt: 160 }, clock)
    const job = { number: 1n, target: 1n << 248n }
    figures.begin()
    for (let report = 0; report < 4; report++) figures.count(job, { attempts: 16, voids: 16, best: undefined })
    await clock.advance(1000)
    expect(chanceOf(job.target)).toBe(1 / 256)
    expect(figures.snapshot(job.target)).toMatchObject({
      attempts: 64,
      voidAttempts: 64,
      attemptsPerSecond: 64,
      tokensPerSecond: 64 * 160,
      expectedSecondsToBlock: 4,
      effortPercent: 25,
      expectedBlocks: 0.25,
      best: undefined,
    })
    figures.found()
    figures.countStale(16)
    expect(figures.snapshot(undefined)).toMatchObject({
      effortPercent: 0,
      expectedBlocks: 0.25,
      staleShare: 0.2,
      expectedSecondsToBlock: undefined,
    })
  })

  it('have no chance at no target, and every chance at the largest', () => {
    expect(chanceOf(0n)).toBe(0)
    expect(chanceOf((1n << 256n) - 1n)).toBeCloseTo(1)
  })
})

describe('own blocks', () => {
  it('count while they are in the chain', async () => {
    const { generator } = await openMiningFixture()
    const [block] = await generator.grow(generator.genesis, 1)
    if (block === undefined) throw new Error('a block was grown')
    const own = new OwnBlocks(testNetwork)
    const executed: ExecutedBlock = block
    own.follow({ removed: [], added: [executed] })
    expect(own.canonical).toBe(0)
    own.remember(block.hash)
    own.follow({ removed: [], added: [executed] })
    expect(own).toMatchObject({ canonical: 1, rewardsWei: testNetwork.rewards.initialWei })
    own.follow({ removed: [executed], added: [] })
    expect(own).toMatchObject({ canonical: 0, rewardsWei: 0n })
  })

  it('are remembered up to a bound', () => {
    const own = new OwnBlocks(testNetwork)
    for (let index = 0; index < 5000; index++) own.remember(hash32(Uint8Array.of(index >> 8, index & 255)))
    expect(own.canonical).toBe(0)
  })
})

describe('a call to the engine', () => {
  it.each([
    { perSecond: 0, workers: 1, size: 1 },
    { perSecond: 54, workers: 1, size: 2 },
    { perSecond: 54, workers: 2, size: 1 },
    { perSecond: 1e6, workers: 1, size: 16 },
  ])('has $size attempts at $perSecond a second of $workers workers', ({ perSecond, workers, size }) => {
    expect(batchSizeFor(perSecond, workers)).toBe(size)
  })
})

describe('ranges of nonces', () => {
  it('go round after the last one', () => {
    const ranges = createNonceRanges(2 ** 32 - 1)
    expect(ranges.next()).toEqual({ first: 0xffffffff00000000n, end: 1n << 64n })
    expect(ranges.next()).toEqual({ first: 0n, end: 1n << 32n })
  })

  it('begin somewhere else in every process', () => {
    expect(createNonceRanges().next()).not.toEqual(createNonceRanges().next())
  })
})

describe('an outage', () => {
  it('has pauses that double up to a bound', async () => {
    const clock = new ManualClock(START_MS)
    const outage = new Outage(
      { failed: 'failed', recovered: 'recovered', longestPauseMs: 2000 },
      { clock, logger: silentLogger },
    )
    const { signal } = new AbortController()
    for (const pauseMs of [500, 1000, 2000, 2000]) {
      let isOver = false
      const pause = outage.endure(new Error('no'), signal).then(() => {
        isOver = true
      })
      await clock.advance(pauseMs - 1)
      expect(isOver).toBe(false)
      await clock.advance(1)
      await pause
    }
    outage.over()
    const pause = outage.endure(new Error('no'), signal)
    await clock.advance(500)
    await pause
  })

  it('ends with the signal', async () => {
    const aborted = new AbortController()
    const clock = new ManualClock(START_MS)
    const outage = new Outage({ failed: 'failed', recovered: 'recovered' }, { clock, logger: silentLogger })
    const pause = outage.endure(new Error('no'), aborted.signal)
    aborted.abort(new Error('stop'))
    await pause
    expect(clock.sleepers).toBe(0)
  })
})

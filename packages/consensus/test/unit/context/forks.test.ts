import {
  type ChainContext,
  gasLimitBefore,
  genesisContext,
  issuedThrough,
  latestPastTimestamp,
  maxIssuance,
  medianTimestamp,
  nextBaseFee,
  nextEpochKey,
  nextTarget,
  subsidy,
  validateHeaderInContext,
} from '@poai/consensus'
import { bytesToHex, type NetworkParams, type RuleChanges } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { deriveEpochKey } from '../../../src/work/epoch-key.ts'
import { childHeader, growChain, sampleParams } from '../../support/sample-chain.ts'

const FORK = 8n

function forking(changes: RuleChanges, number: bigint = FORK): NetworkParams {
  return { ...sampleParams, forks: [{ name: 'fork', number, changes }] }
}

/** The chain up to the block with that number, on schedule but for what is said. */
function chainTo(
  number: bigint,
  params: NetworkParams,
  secondsOf: (number: bigint) => bigint = () => 5n,
): ChainContext {
  return growChain(Number(number), (at, parent) => ({ timestamp: parent.timestamp + secondsOf(at) }), params)
}

/** The contexts before the fork's block, after it, and one more. */
function aroundFork(params: NetworkParams, secondsOf?: (number: bigint) => bigint): readonly ChainContext[] {
  return [FORK - 1n, FORK, FORK + 1n].map((number) => chainTo(number, params, secondsOf))
}

describe('the difficulty at a fork', () => {
  const { initialTarget, easiestTarget } = sampleParams.difficulty
  const early = (): bigint => 3n

  it('goes on where the old schedule was, when the spacing changes', () => {
    const params = forking({ difficulty: { spacingSeconds: 20 } })
    const [before, after] = aroundFork(params, early) as [ChainContext, ChainContext]
    const old = chainTo(FORK - 1n, sampleParams, early)
    expect(nextTarget(params, before)).toBe(nextTarget(sampleParams, old))
    expect(nextTarget(params, before)).toBeLessThan(initialTarget)
    expect(before.anchor).toEqual(old.anchor)
    expect(after.anchor).toEqual({
      number: FORK - 1n,
      timestamp: before.timestamp,
      target: nextTarget(sampleParams, old),
    })
  })

  it('measures lateness by the new spacing from then on', () => {
    const params = forking({ difficulty: { spacingSeconds: 20 } })
    const target = nextTarget(params, chainTo(FORK - 1n, params))
    const onSchedule = chainTo(FORK + 30n, params, (number) => (number < FORK ? 5n : 20n))
    expect(nextTarget(params, onSchedule)).toBe(target)
    // 10 blocks of 5 seconds too much are one half-life.
    const late = chainTo(FORK + 9n, params, (number) => (number < FORK ? 5n : 25n))
    expect(nextTarget(params, late)).toBe(target * 2n)
  })

  it('takes the target that the fork names, for its first block', () => {
    const params = forking({ difficulty: { initialTarget: 1n << 230n } })
    const [before, after] = aroundFork(params, early) as [ChainContext, ChainContext]
    expect(nextTarget(params, before)).toBe(1n << 230n)
    expect(after.anchor.target).toBe(1n << 230n)
    expect(nextTarget(params, chainTo(FORK - 2n, params, early))).toBe(
      nextTarget(sampleParams, chainTo(FORK - 2n, sampleParams, early)),
    )
  })

  it('is never easier than the fork allows', () => {
    const params = forking({ difficulty: { easiestTarget: initialTarget / 4n } })
    const [before, after] = aroundFork(params) as [ChainContext, ChainContext]
    expect(nextTarget(params, chainTo(FORK - 2n, params))).toBe(initialTarget)
    expect(nextTarget(params, before)).toBe(initialTarget / 4n)
    // What no target can express is forgotten: the schedule begins anew at the easiest one.
    expect(after.anchor).toEqual({ number: FORK - 1n, timestamp: before.timestamp, target: initialTarget / 4n })
  })

  it('keeps its anchor where a fork is about something else', () => {
    const params = forking({ difficulty: { easiestTarget: easiestTarget / 2n }, gas: { minLimit: 6_000n } })
    const [, after] = aroundFork(params, early) as [ChainContext, ChainContext]
    expect(after.anchor).toEqual(chainTo(FORK, sampleParams, early).anchor)
  })

  it('can change with the first block', () => {
    const params = forking({ difficulty: { spacingSeconds: 20 } }, 1n)
    expect(nextTarget(params, genesisContext(params))).toBe(initialTarget)
    expect(chainTo(1n, params).anchor).toMatchObject({ number: 1n, target: initialTarget })
    const named = forking({ difficulty: { initialTarget: 1n << 230n } }, 1n)
    expect(nextTarget(named, genesisContext(named))).toBe(1n << 230n)
    expect(chainTo(1n, named).anchor).toMatchObject({ number: 1n, target: 1n << 230n })
  })
})

describe('the clock at a fork', () => {
  it('looks back less far at once, when the span shrinks', () => {
    const params = forking({ time: { medianSpan: 3 } })
    const [before, after] = aroundFork(params) as [ChainContext, ChainContext]
    expect(latestPastTimestamp(params, chainTo(FORK - 2n, params))).toBe(
      medianTimestamp(chainTo(FORK - 2n, params).recentTimestamps),
    )
    expect(before.recentTimestamps).toHaveLength(8)
    expect(latestPastTimestamp(params, before)).toBe(before.timestamp - 5n)
    expect(after.recentTimestamps).toHaveLength(3)
  })

  it('looks back further block by block, when the span grows', () => {
    const short = { ...sampleParams, time: { ...sampleParams.time, medianSpan: 3 } }
    const params = { ...forking({ time: { medianSpan: 6 } }), time: short.time }
    const lengths = [0n, 1n, 2n, 3n, 4n].map((more) => chainTo(FORK - 1n + more, params).recentTimestamps.length)
    expect(lengths).toEqual([3, 4, 5, 6, 6])
    expect(latestPastTimestamp(params, chainTo(FORK - 1n, params))).toBe(
      latestPastTimestamp(short, chainTo(FORK - 1n, short)),
    )
  })

  it('lets a block be as far ahead of us as its own height allows', () => {
    const params = forking({ time: { maxFutureSeconds: 60 } })
    const judge = (parent: ChainContext, ahead: bigint): void => {
      const nowSeconds = parent.timestamp
      const header = childHeader(parent, { timestamp: nowSeconds + ahead }, params)
      validateHeaderInContext({ params, context: parent, header, nowSeconds })
    }
    const [parentOfSeven, parentOfEight] = [chainTo(FORK - 2n, params), chainTo(FORK - 1n, params)]
    expect(() => judge(parentOfSeven, 15n)).not.toThrow()
    expect(() => judge(parentOfSeven, 16n)).toThrow('maxFutureSeconds')
    expect(() => judge(parentOfEight, 60n)).not.toThrow()
    expect(() => judge(parentOfEight, 61n)).toThrow('maxFutureSeconds')
  })
})

describe('epochs at a fork', () => {
  it('begin with the fork when their length changes, and are counted by the new length from there', () => {
    // Epochs of 4 up to the fork at 9, of 3 from there on: blocks 9, 12 and 15 begin one.
    const params = forking({ work: { epochBlocks: 3n } }, 9n)
    const contexts = Array.from({ length: 16 }, (_, number) => chainTo(BigInt(number), params))
    const seedOf = new Map([
      [7, [3, 1n]],
      [8, [7, 2n]],
      [9, [8, 3n]],
      [11, [8, 3n]],
      [12, [11, 4n]],
      [15, [14, 5n]],
    ])
    for (const [number, [seedNumber, index]] of seedOf as Map<number, [number, bigint]>) {
      const parent = contexts[number - 1] as ChainContext
      const seed = (contexts[seedNumber] as ChainContext).hash
      expect(bytesToHex(nextEpochKey(params, parent)), `block ${number}`).toBe(bytesToHex(deriveEpochKey(seed, index)))
    }
  })

  it('are no business of the block before the fork: what is kept of it does not depend on the fork', () => {
    const params = forking(
      { work: { epochBlocks: 3n }, time: { medianSpan: 3 }, difficulty: { spacingSeconds: 9 } },
      9n,
    )
    expect(chainTo(8n, params)).toEqual(chainTo(8n, sampleParams))
    expect(chainTo(9n, params)).not.toEqual(chainTo(9n, sampleParams))
  })
})

describe('the gas market at a fork', () => {
  it('moves the base fee by the rules of the block that has it', () => {
    const params = forking({ gas: { elasticity: 4n, baseFeeDivisor: 2n } })
    const parent = { gasLimit: 20_000_000n, gasUsed: 10_000_000n, baseFeePerGas: 800n }
    expect(nextBaseFee(params, { ...parent, number: FORK - 2n })).toBe(800n)
    expect(nextBaseFee(params, { ...parent, number: FORK - 1n })).toBe(1200n)
  })

  it('lifts the gas limit to a new least one at once, and steps from there', () => {
    const params = forking({ gas: { minLimit: 31_000_000n } })
    const parent = chainTo(FORK - 1n, params)
    expect(parent.gasLimit).toBe(30_000_000n)
    expect(gasLimitBefore({ ...params.gas, minLimit: 31_000_000n }, parent.gasLimit)).toBe(31_000_000n)
    const judge = (gasLimit: bigint): void =>
      validateHeaderInContext({
        ...{ params, context: parent, nowSeconds: parent.timestamp + 5n },
        header: childHeader(parent, { gasLimit }, params),
      })
    const step = 31_000_000n / params.gas.limitDivisor
    expect(() => judge(31_000_000n + step - 1n)).not.toThrow()
    expect(() => judge(31_000_000n + step)).toThrow('limitDivisor')
    expect(() => judge(30_000_000n)).toThrow('limitDivisor')
  })
})

describe('rewards at a fork', () => {
  // 1000 halved after 10 blocks, and 64 halved after 5 from block 8 on, eras counted from block 1.
  const params = forking({ rewards: { initialWei: 64n, halvingBlocks: 5n } })

  it('are those of the block’s height', () => {
    expect([7n, 8n, 10n, 11n, 15n, 16n].map((number) => subsidy(params, number))).toEqual([
      1000n,
      32n,
      32n,
      16n,
      16n,
      8n,
    ])
  })

  it('add up, block by block', () => {
    let issued = 0n
    for (let number = 0n; number <= 60n; number++) {
      issued += subsidy(params, number)
      expect(issuedThrough(params, number), `block ${number}`).toBe(issued)
    }
    expect(maxIssuance(params)).toBe(issued)
    expect(issued).toBe(7000n + 3n * 32n + 5n * (16n + 8n + 4n + 2n + 1n))
  })
})

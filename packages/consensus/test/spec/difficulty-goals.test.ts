import { BUILT_IN_NETWORKS } from '@poai/core'
import { describe, expect, it } from 'vitest'
import {
  blocksToRecover,
  honestMiner,
  meanSpacing,
  type SimulatedMiner,
  type SimulationOptions,
  simulateMining,
} from '../support/simulate-mining.ts'

const STEP_BLOCKS = 500

/** Seeded, so exact: these say what the parameters were chosen for, `npm run bench -- asert` says how well they do. */
describe.each(Object.values(BUILT_IN_NETWORKS))('the difficulty of $name', ({ difficulty, time }) => {
  const { spacingSeconds } = difficulty
  const base: SimulationOptions = { ...difficulty, ...time, blocks: 20_000, seed: 7, miners: [honestMiner(1)] }

  it('keeps the mean spacing within 1 %', () => {
    const { blocks } = simulateMining(base)
    expect(Math.abs(meanSpacing(blocks) / spacingSeconds - 1)).toBeLessThan(0.01)
  })

  it('recovers from a tenfold or a tenth of the rate within 60 blocks, 19 times of 20', () => {
    const stepping: SimulatedMiner = {
      rate: ({ number }) => (Math.floor(number / STEP_BLOCKS) % 2 === 0 ? 1 : 10),
      stamp: (now) => now,
    }
    const { blocks } = simulateMining({ ...base, miners: [stepping] })
    const recoveries: number[] = []
    for (let number = STEP_BLOCKS; number + STEP_BLOCKS <= blocks.length; number += STEP_BLOCKS)
      recoveries.push(blocksToRecover(blocks, number - 1, spacingSeconds))
    expect(recoveries).toHaveLength(39)
    expect(recoveries.filter((count) => count <= 60).length / recoveries.length).toBeGreaterThanOrEqual(0.95)
  })

  it.each([
    ['always as late as allowed', () => Number.MAX_SAFE_INTEGER],
    ['always as early as allowed', () => 0],
    ['in turns', (_now: number, found: number) => (found % 2 === 0 ? Number.MAX_SAFE_INTEGER : 0)],
  ])('gives a miner of 30 %% who stamps %s under 2 %% more', (_, stamp) => {
    const attacker = (stampOf: SimulatedMiner['stamp']): SimulatedMiner => ({ rate: () => 0.3, stamp: stampOf })
    const yieldOf = (stampOf: SimulatedMiner['stamp']): number => {
      const { found, attempts } = simulateMining({ ...base, miners: [honestMiner(0.7), attacker(stampOf)] })
      return (found[1] ?? 0) / (attempts[1] ?? 1)
    }
    expect(yieldOf(stamp) / yieldOf((now) => now)).toBeLessThan(1.02)
  })

  it('wakes from a night within 250 blocks', () => {
    const beforeBlock = 1000
    const { blocks } = simulateMining({ ...base, blocks: 2000, sleep: { beforeBlock, seconds: 8 * 3600 } })
    expect(blocksToRecover(blocks.slice(beforeBlock), 1, spacingSeconds)).toBeLessThan(250)
  })
})

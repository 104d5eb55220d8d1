import { describe, expect, it } from 'vitest'
import { devnet, rulesAt, rulesOf } from '../../src/index.ts'
import { FORKS, forked } from '../support/forked-network.ts'

describe('rulesAt', () => {
  it('begins with the network’s own rules, and keeps them where there is no fork', () => {
    const { name, chainId, genesis, forks, ...table } = devnet
    expect(rulesAt(devnet, 0n)).toEqual({ ...table, since: 0n, fork: undefined })
    expect(rulesAt(devnet, (1n << 64n) - 1n)).toBe(rulesAt(devnet, 0n))
  })

  it('changes at the first block of a fork, and not one before', () => {
    const steps = [0n, 9n, 10n, 19n, 20n, 1_000_000n].map((number) => rulesAt(forked, number).since)
    expect(steps).toEqual([0n, 0n, 10n, 10n, 20n, 20n])
    expect([9n, 10n].map((number) => rulesAt(forked, number).difficulty.spacingSeconds)).toEqual([5, 8])
    expect([19n, 20n].map((number) => rulesAt(forked, number).rewards.initialWei)).toEqual([
      devnet.rewards.initialWei,
      7n,
    ])
  })

  it('keeps what a fork does not name', () => {
    const [start, first, second] = rulesOf(forked)
    expect(first).toEqual({
      ...start,
      difficulty: { ...devnet.difficulty, spacingSeconds: 8 },
      gas: { ...devnet.gas, minLimit: 6_000n },
      limits: { ...devnet.limits, extraDataBytes: 33 },
      since: 10n,
      fork: FORKS[0],
    })
    expect(first?.work).toBe(start?.work)
    expect(second?.gas).toBe(first?.gas)
    expect(second?.work).toEqual({ ...devnet.work, exam: { ...devnet.work.exam, probes: 5 }, epochBlocks: 20n })
  })

  it('gives the same object for each question, so that asking costs nothing', () => {
    expect(rulesAt(forked, 12n)).toBe(rulesAt(forked, 13n))
    expect(rulesOf(forked)).toBe(rulesOf(forked))
  })
})

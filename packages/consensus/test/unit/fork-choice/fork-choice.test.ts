import { isHeavier, workOfTarget } from '@poai/consensus'
import { describe, expect, it } from 'vitest'

describe('the work of a target', () => {
  it.each<[target: bigint, work: bigint]>([
    [(1n << 256n) - 1n, 1n],
    [(1n << 255n) - 1n, 2n],
    [1n << 255n, 1n],
    [(1n << 248n) - 1n, 256n],
    [(1n << 248n) - 2n, 256n],
    [1n, 1n << 255n],
    [2n, (1n << 256n) / 3n],
  ])('%i is %i attempts', (target, work) => {
    expect(workOfTarget(target)).toBe(work)
  })
})

describe('fork choice', () => {
  const chain = (...targets: bigint[]) => ({
    totalWork: targets.reduce((sum, target) => sum + workOfTarget(target), 0n),
  })

  it('takes the chain with more work, not the longer one', () => {
    const long = chain((1n << 248n) - 1n, (1n << 248n) - 1n, (1n << 248n) - 1n)
    const short = chain((1n << 246n) - 1n)
    expect(isHeavier(short, long)).toBe(true)
    expect(isHeavier(long, short)).toBe(false)
  })

  it('stays on a tie, and moves for one attempt more', () => {
    expect(isHeavier({ totalWork: 10n }, { totalWork: 10n })).toBe(false)
    expect(isHeavier({ totalWork: 11n }, { totalWork: 10n })).toBe(true)
    expect(isHeavier({ totalWork: 9n }, { totalWork: 10n })).toBe(false)
  })
})

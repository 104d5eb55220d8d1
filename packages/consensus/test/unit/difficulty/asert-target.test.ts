import { type AsertOptions, asertTarget } from '@poai/consensus'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scheduledTarget } from '../../../src/difficulty/asert-target.ts'

const ANCHOR = 1n << 200n
const MAX_UINT64 = (1n << 64n) - 1n

/** On schedule, with some members changed. */
function options(changes: Partial<AsertOptions> = {}): AsertOptions {
  return {
    anchorTarget: ANCHOR,
    timeDelta: 0n,
    heightDelta: 0n,
    spacingSeconds: 5,
    halfLifeSeconds: 50,
    easiestTarget: 1n << 240n,
    ...changes,
  }
}

describe('the schedule', () => {
  it('keeps the target of a chain on time', () => {
    expect(asertTarget(options())).toBe(ANCHOR)
    expect(asertTarget(options({ heightDelta: 1000n, timeDelta: 5000n }))).toBe(ANCHOR)
  })

  it('eases when late and hardens when early', () => {
    expect(asertTarget(options({ timeDelta: 1n }))).toBeGreaterThan(ANCHOR)
    expect(asertTarget(options({ timeDelta: -1n }))).toBeLessThan(ANCHOR)
    expect(asertTarget(options({ heightDelta: 1n }))).toBeLessThan(ANCHOR)
  })

  it.each([1n, 2n, 10n, 39n])('doubles the target for each half-life late: %i', (lives) => {
    expect(asertTarget(options({ timeDelta: 50n * lives }))).toBe(ANCHOR << lives)
  })

  it.each([1n, 2n, 10n, 200n])('halves the target for each half-life early: %i', (lives) => {
    expect(asertTarget(options({ timeDelta: -50n * lives }))).toBe(ANCHOR >> lives)
    expect(asertTarget(options({ heightDelta: 10n * lives }))).toBe(ANCHOR >> lives)
  })

  it('is bounded by the easiest target and by 1', () => {
    const easiestTarget = ANCHOR * 2n
    expect(asertTarget(options({ easiestTarget, timeDelta: 50n }))).toBe(easiestTarget)
    expect(asertTarget(options({ easiestTarget: easiestTarget - 1n, timeDelta: 50n }))).toBe(easiestTarget - 1n)
    expect(asertTarget(options({ easiestTarget, timeDelta: 51n }))).toBe(easiestTarget)
    expect(asertTarget(options({ timeDelta: -50n * 200n }))).toBe(1n)
    expect(asertTarget(options({ timeDelta: -50n * 201n }))).toBe(1n)
  })

  it.each([
    ['the end of time', MAX_UINT64, 0n],
    ['the beginning of time at the last height', -MAX_UINT64, MAX_UINT64],
    ['the end of time with a half-life of a second', MAX_UINT64, 0n],
  ])('survives %s', (_, timeDelta, heightDelta) => {
    for (const halfLifeSeconds of [1, 50, 2_592_000]) {
      const target = asertTarget(options({ timeDelta, heightDelta, halfLifeSeconds }))
      expect(target).toBe(timeDelta > 0n ? 1n << 240n : 1n)
    }
  })

  it.each([272n, 273n, 274n, 10_000n])('shifts by %i half-lives as far as any target is long', (lives) => {
    const largest = (1n << 256n) - 1n
    const change = { anchorTarget: largest, easiestTarget: largest }
    expect(asertTarget(options({ ...change, timeDelta: 50n * lives }))).toBe(largest)
    expect(asertTarget(options({ ...change, timeDelta: -50n * lives }))).toBe(1n)
    expect(asertTarget(options({ anchorTarget: 1n, easiestTarget: largest, timeDelta: 50n * lives }))).toBe(largest)
  })

  it('never builds a number longer than the longest shift', () => {
    const late = scheduledTarget(options({ timeDelta: MAX_UINT64, anchorTarget: (1n << 256n) - 1n }))
    expect(late.toString(2).length).toBeLessThan(256 + 17 + 273)
    expect(scheduledTarget(options({ timeDelta: -MAX_UINT64 }))).toBe(0n)
  })

  it('grows with lateness, second by second', () => {
    let before = 0n
    for (let timeDelta = -200n; timeDelta <= 200n; timeDelta++) {
      const target = asertTarget(options({ timeDelta }))
      expect(target, `${timeDelta} s`).toBeGreaterThan(before)
      before = target
    }
  })
})

describe('the integer exponential', () => {
  /** 2^x in doubles: good to 1e-15, far below the cubic's own error. */
  const exact = (seconds: number, halfLife: number): number => 2 ** (seconds / halfLife)

  it('is within 0.013 % of 2^x, and of the 16 bits of its exponent', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5000, max: 1900 }), fc.integer({ min: 1, max: 400 }), (seconds, halfLife) => {
        fc.pre(Math.abs(seconds / halfLife) < 30)
        const target = asertTarget(options({ timeDelta: BigInt(seconds), halfLifeSeconds: halfLife }))
        const ratio = Number(target) / Number(ANCHOR) / exact(seconds, halfLife)
        expect(Math.abs(ratio - 1)).toBeLessThan(0.000_13 + Math.LN2 / 65_536)
      }),
    )
  })

  it('depends on the delay only, not on how it came about', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3000, max: 1500 }), fc.integer({ min: 0, max: 1_000_000 }), (late, height) => {
        const timeDelta = BigInt(late) + 5n * BigInt(height)
        expect(asertTarget(options({ timeDelta, heightDelta: BigInt(height) }))).toBe(
          asertTarget(options({ timeDelta: BigInt(late) })),
        )
      }),
    )
  })
})

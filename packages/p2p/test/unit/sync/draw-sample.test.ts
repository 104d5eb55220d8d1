import { describe, expect, it } from 'vitest'
import { type Drawable, drawSample, SAMPLE_DRAWS } from '../../../src/sync/draw-sample.ts'

/** Blocks of such work, one after the other. */
function branchOf(works: readonly bigint[]): readonly Drawable[] {
  let totalWork = 100n
  return works.map((work) => {
    const before = { totalWork }
    totalWork += work
    return { header: { target: 0n }, before, context: { totalWork } }
  })
}

const equal: readonly Drawable[] = branchOf(Array.from({ length: 1000 }, () => 7n))

describe('a sample of a branch', () => {
  it('has the first header always, and each drawn one once, in their order', () => {
    const drawn = drawSample(equal, () => 0.5)
    expect(drawn).toEqual([equal[0], equal[500]])
    expect(drawSample(equal, () => 0)).toEqual([equal[0]])
    expect(drawSample(equal, () => 1 - 2 ** -53).at(-1)).toBe(equal[999])
  })

  it('is all of a branch that is hardly longer than the sample', () => {
    const [all, one] = [equal.slice(0, SAMPLE_DRAWS + 1), equal.slice(0, SAMPLE_DRAWS + 2)]
    expect(drawSample(all, () => 0)).toEqual(all)
    expect(drawSample(one, () => 0)).toHaveLength(1)
  })

  it('falls on blocks in proportion to their work', () => {
    // Nine tenths of the work lie in the last tenth of the blocks.
    const branch = branchOf(Array.from({ length: 1000 }, (_, index) => (index < 900 ? 1n : 81n)))
    const heavy = new Set(branch.slice(900))
    let count = 0
    const drawn = drawSample(branch, () => (count++ * 0.618_034) % 1, 900).slice(1)
    const share = drawn.filter((block) => heavy.has(block)).length / 100
    expect(share, 'of the heavy ones, nearly all').toBeGreaterThan(0.95)
    expect(drawn.length - share * 100, 'of 900 light ones, a tenth of the draws').toBeLessThan(110)
  })

  it('lets a forger of half the work pass once in a million times', () => {
    const forged = new Set(equal.slice(500))
    let seed = 1
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    }
    const passed = Array.from({ length: 2000 }, () => drawSample(equal, random)).filter(
      (drawn) => !drawn.some((block) => forged.has(block)),
    )
    expect(passed).toEqual([])
  })
})

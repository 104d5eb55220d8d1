import { MAX_LOSS_MICRO_NATS } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { ONE_BITS } from '../../../src/transcript/binary32.ts'
import { wordsPerPosition } from '../../../src/transcript/exam-evaluation.ts'
import { meanLossMicroNats } from '../../../src/transcript/mean-loss.ts'
import { bitsOf, floatOf, plausibleEvaluation, someExam } from './plausible-evaluation.ts'

const exam = someExam('mean loss')
const STRIDE = wordsPerPosition(exam)
const COUNT = exam.answerPositions.length

/** Every answer token has the same numbers. */
function uniform(answer: number, maximum: number, totalWeight: number): { readonly words: Uint32Array } {
  const words = new Uint32Array(COUNT * STRIDE)
  for (let leaf = 0; leaf < COUNT; leaf++) words.set([answer, maximum, totalWeight, 0], leaf * STRIDE)
  return { words }
}

const lossOf = (evaluation: { readonly words: Uint32Array }): bigint => meanLossMicroNats(exam, evaluation, 0, COUNT)

describe('mean loss', () => {
  it('is ln(totalWeight) + maximum - answer', () => {
    expect(lossOf(uniform(bitsOf(3), bitsOf(3), ONE_BITS))).toBe(0n)
    expect(lossOf(uniform(bitsOf(3), bitsOf(3), bitsOf(2)))).toBe(693_147n)
    expect(lossOf(uniform(bitsOf(-2), bitsOf(3), bitsOf(259)))).toBe(10_556_828n)
  })

  it('agrees with floating-point arithmetic to a micro-nat', () => {
    for (let i = 0; i < 200; i++) {
      const { words } = plausibleEvaluation(exam, `mean/${i}`)
      let sum = 0
      for (let at = 0; at < words.length; at += STRIDE) {
        const [answer = 0, maximum = 0, totalWeight = 0] = words.subarray(at, at + 3)
        sum += Math.log(floatOf(totalWeight)) + floatOf(maximum) - floatOf(answer)
      }
      expect(Math.abs(Number(lossOf({ words })) - (sum / COUNT) * 1e6), `case ${i}`).toBeLessThanOrEqual(0.500001)
    }
  })

  it('is rounded half up', () => {
    // One token loses 2^-k nats, the other 15 nothing: 10^6 / (16 · 2^k) micro-nats.
    const oneGap = (gap: number): bigint => {
      const evaluation = uniform(0, 0, ONE_BITS)
      evaluation.words[1] = bitsOf(gap)
      return lossOf(evaluation)
    }
    expect(oneGap(2 ** -1)).toBe(31_250n)
    expect(oneGap(2 ** -2)).toBe(15_625n)
    expect(oneGap(2 ** -3)).toBe(7813n) // 7812.5: the half goes up
    expect(oneGap(floatOf(bitsOf(2 ** -3) - 1))).toBe(7812n)
    expect(oneGap(2 ** -4)).toBe(3906n) // 3906.25
    expect(oneGap(2 ** -16)).toBe(1n) // 0.95
    expect(oneGap(2 ** -17)).toBe(0n) // 0.48
  })

  it('counts one token at most 256 nats, so that the header can hold it', () => {
    const limit = 256_000_000n
    expect(lossOf(uniform(0, bitsOf(256), ONE_BITS))).toBe(limit)
    expect(lossOf(uniform(0, bitsOf(255.9375), ONE_BITS))).toBe(255_937_500n)
    expect(lossOf(uniform(0, bitsOf(256.0625), ONE_BITS))).toBe(limit)
    expect(lossOf(uniform(0xff7f_ffff, 0x7f7f_ffff, 0x7f7f_ffff))).toBe(limit)
    expect(limit).toBeLessThanOrEqual(MAX_LOSS_MICRO_NATS)
  })

  it('never falls when an answer becomes less likely by one bit', () => {
    const { words } = plausibleEvaluation(exam, 'steps')
    const before = lossOf({ words })
    for (let leaf = 0; leaf < COUNT; leaf++) {
      const at = leaf * STRIDE
      const answer = floatOf(words[at] as number)
      const next = (words[at] as number) + (answer > 0 ? -1 : 1)
      expect(lossOf({ words: words.with(at, next) })).toBeGreaterThanOrEqual(before)
    }
  })

  it('of a part is that of its tokens alone', () => {
    const evaluation = uniform(0, 0, ONE_BITS)
    evaluation.words[3 * STRIDE + 1] = bitsOf(1)
    expect(meanLossMicroNats(exam, evaluation, 3, 1)).toBe(1_000_000n)
    expect(meanLossMicroNats(exam, evaluation, 2, 2)).toBe(500_000n)
    expect(meanLossMicroNats(exam, evaluation, 4, 5)).toBe(0n)
  })
})

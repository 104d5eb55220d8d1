import { describe, expect, it } from 'vitest'
import type { Exam } from '../../../src/exam/create-exam-builder.ts'
import { ONE_BITS } from '../../../src/transcript/binary32.ts'
import { createTranscript } from '../../../src/transcript/create-transcript.ts'
import { EvaluationError } from '../../../src/transcript/evaluation-error.ts'
import { ARG_MAX_WORD, wordsPerPosition } from '../../../src/transcript/exam-evaluation.ts'
import { bitsOf, floatOf, plausibleEvaluation, someExam, withWord } from './plausible-evaluation.ts'

const exam = someExam('create transcript')
const STRIDE = wordsPerPosition(exam)
const [probe0 = 0, probe1 = 0] = exam.probes
const token = exam.tokens[exam.answerPositions[0] as number] as number

/** An evaluation whose first position is given and whose others are plausible. */
function withFirst(first: readonly number[], of: Exam = exam): { readonly words: Uint32Array } {
  const words = Uint32Array.from(plausibleEvaluation(of).words)
  words.set(first)
  return { words }
}

const maximum = bitsOf(10)
const below = bitsOf(9)
const weight = bitsOf(1.5)

describe('transcript of an evaluation', () => {
  it('has a root and a loss', () => {
    const transcript = createTranscript(exam, plausibleEvaluation(exam))
    expect(transcript).toMatchObject({ kind: 'finite' })
    expect(transcript).toEqual(createTranscript(exam, plausibleEvaluation(exam)))
  })

  it.each([
    ['one word too few', -1],
    ['one word too many', 1],
    ['a position too few', -STRIDE],
  ])('is refused for %s', (_name, words) => {
    const length = exam.answerPositions.length * STRIDE + words
    expect(() => createTranscript(exam, { words: new Uint32Array(length).fill(ONE_BITS) })).toThrowError(
      expect.objectContaining({ code: 'CONSENSUS_EVALUATION_SHAPE' }),
    )
  })

  it('does not exist where a value is infinite or no number', () => {
    const evaluation = plausibleEvaluation(exam)
    for (let at = 0; at < evaluation.words.length; at++) {
      for (const bits of [0x7f80_0000, 0xff80_0000, 0x7fc0_0000]) {
        if (at % STRIDE === ARG_MAX_WORD) continue
        expect(createTranscript(exam, withWord(evaluation, at, bits)), `word ${at}`).toEqual({
          kind: 'not-finite',
          leaf: Math.floor(at / STRIDE),
        })
      }
    }
  })

  describe('is refused where the engine contradicts itself', () => {
    const others = [below, below, below]
    const right = [maximum, maximum, weight, token]
    const wrong = [below, maximum, weight, 300]
    const lowToken = token > 0 ? token - 1 : token + 1

    it.each([
      ['the answer as arg max', [...right, below, ...others]],
      ['another arg max', [...wrong, below, ...others]],
      ['a tie that the smaller token wins', [maximum, maximum, weight, lowToken, below, ...others]],
      ['a total weight of 1', [maximum, maximum, ONE_BITS, token, below, ...others]],
      [
        'a probe at the maximum below the arg max of nothing else',
        [below, maximum, weight, probe0, maximum, ...others],
      ],
    ])('but not for %s', (_name, first) => {
      expect(createTranscript(exam, withFirst(first)).kind).toBe('finite')
    })

    it.each([
      ['an answer above the maximum by one bit', [maximum + 1, maximum, weight, token, below, ...others]],
      ['a probe above the maximum by one bit', [...wrong, maximum + 1, ...others]],
      ['the last probe above the maximum', [...wrong, below, below, below, maximum + 1]],
      ['a total weight one bit below 1', [maximum, maximum, ONE_BITS - 1, token, below, ...others]],
      ['a negative total weight', [maximum, maximum, bitsOf(-1.5), token, below, ...others]],
      ['an arg max whose answer is one bit below the maximum', [maximum - 1, maximum, weight, token, below, ...others]],
      [
        'an arg max whose probe is below the maximum',
        [below, maximum, weight, probe1, below, maximum - 1, below, below],
      ],
      ['a tie that the larger token wins', [maximum, maximum, weight, token + 1, below, ...others]],
      ['a probe at the maximum though the arg max is larger', [below, maximum, weight, 300, maximum, ...others]],
    ])('for %s', (_name, first) => {
      expect(() => createTranscript(exam, withFirst(first))).toThrowError(
        expect.objectContaining({ code: 'CONSENSUS_EVALUATION_INCONSISTENT' }),
      )
    })

    it('for two logits of one token', () => {
      const probes = exam.probes.with(0, token)
      const probed = { ...exam, probes }
      const same = withFirst([...wrong, below, ...others], probed)
      expect(createTranscript(probed, same).kind).toBe('finite')
      const differs = withFirst([...wrong, bitsOf(8), ...others], probed)
      expect(() => createTranscript(probed, differs)).toThrow(EvaluationError)
      const zeros = withFirst([0, maximum, weight, 300, 0x8000_0000, ...others], probed)
      expect(createTranscript(probed, zeros).kind).toBe('finite')
    })
  })

  it('never has a negative loss', () => {
    for (let i = 0; i < 200; i++) {
      const transcript = createTranscript(exam, plausibleEvaluation(exam, `loss/${i}`))
      expect(transcript.kind === 'finite' && transcript.lossMicroNats >= 0n).toBe(true)
    }
    const words = Uint32Array.from(plausibleEvaluation(exam).words)
    exam.answerPositions.forEach((position, leaf) => {
      const answer = exam.tokens[position] as number
      words.set([maximum, maximum, ONE_BITS, answer, below, below, below, below], leaf * STRIDE)
      exam.probes.forEach((probe, i) => {
        if (probe === answer) words[leaf * STRIDE + 4 + i] = maximum
      })
    })
    expect(createTranscript(exam, { words })).toMatchObject({ kind: 'finite', lossMicroNats: 0n })
    expect(floatOf(ONE_BITS)).toBe(1)
  })
})

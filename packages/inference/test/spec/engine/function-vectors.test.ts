import { describe, expect, it } from 'vitest'
import { bitsToFloat, CANONICAL_NAN_BITS, floatToBits } from '../../../src/engine/float-bits.ts'
import { portableExp } from '../../../src/engine/portable-exp.ts'
import { summarisePosition } from '../../../src/engine/portable-position.ts'
import { floatToHalfBits, halfBitsToFloat } from '../../../src/gguf/float16.ts'
import { readFunctionVectors, wordToHex } from '../../strength/function-vectors.ts'
import { MISTAKES } from '../../strength/mistakes.ts'

const vectors = readFunctionVectors()

function wordsOf(words: readonly string[]): readonly number[] {
  return words.map((word) => Number.parseInt(word, 16))
}

/** The functions of portable-1 that TypeScript has: they take the place of llama.cpp's. */
describe('vectors of functions', () => {
  it('exp', () => {
    for (const { input, output } of vectors.exp) {
      expect(wordToHex(floatToBits(portableExp(bitsToFloat(wordsOf(input)[0] ?? 0)))), input[0]).toBe(output[0])
    }
  })

  it('binary16', () => {
    for (const { input, output } of vectors.half) {
      const half = halfBitsToFloat(floatToHalfBits(bitsToFloat(wordsOf(input)[0] ?? 0)))
      expect(floatToBits(half), input[0]).toBe(floatToBits(bitsToFloat(wordsOf(output)[0] ?? 0)))
    }
  })

  it('summary of logits', () => {
    for (const { input, output } of vectors.summary) {
      const logits = Float32Array.from(wordsOf(input), bitsToFloat)
      const { argMax, totalWeight } = summarisePosition(logits)
      const maximum = floatToBits(logits[argMax] as number)
      expect([maximum, totalWeight, argMax].map(wordToHex), input.join()).toEqual(output)
    }
  })

  it('numbers as they are reported', () => {
    for (const { input, output } of vectors.word) {
      expect(wordToHex(floatToBits(bitsToFloat(wordsOf(input)[0] ?? 0))), input[0]).toBe(output[0])
    }
    expect(vectors.word.at(4)?.output).toEqual([wordToHex(CANONICAL_NAN_BITS)])
  })

  it('are there for each function, and mistakes are told apart', () => {
    for (const [name, list] of Object.entries(vectors)) expect(list.length, name).toBeGreaterThanOrEqual(8)
    expect(new Set(MISTAKES.map(({ name }) => name)).size).toBe(MISTAKES.length)
  })
})

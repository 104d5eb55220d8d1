import { readFileSync } from 'node:fs'
import { concatBytes, hex, hexToBytes, keccak256, uintToBytes, utf8ToBytes } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { floatOf } from '../unit/transcript/plausible-evaluation.ts'
import { computeWorkVectors, type WorkVectors } from './work-vectors.ts'

const recorded = JSON.parse(readFileSync(new URL('vectors/work.vectors.json', import.meta.url), 'utf8')) as WorkVectors
const computed = computeWorkVectors()

function bytesOf(text: string): Uint8Array {
  const bytes = hexToBytes(text)
  if (bytes === undefined) throw new RangeError(`not hexadecimal: ${text}`)
  return bytes
}

function rows<Vector>(vectors: readonly Vector[]): readonly { readonly vector: Vector; readonly index: number }[] {
  return vectors.map((vector, index) => ({ vector, index }))
}

describe('work vectors', () => {
  it.each(rows(recorded.logarithms))('logarithm $index', ({ vector, index }) => {
    expect(computed.logarithms[index]).toEqual(vector)
    const x = floatOf(Number.parseInt(vector.bits, 16))
    expect(Math.abs(Number(vector.units) / 2 ** 48 - Math.log(x))).toBeLessThan(1e-13 * Math.max(1, Math.log(x)))
  })

  it.each(rows(recorded.trees))('tree of $vector.size leaves', ({ vector, index }) => {
    expect(computed.trees[index]).toEqual(vector)
  })

  it.each(rows(recorded.leaves))('leaf $index with a negative zero', ({ vector, index }) => {
    expect(computed.leaves[index]).toEqual(vector)
    expect(vector.words).toContain('80000000')
    const positive = vector.words.map((word) => (word === '80000000' ? '00000000' : word))
    expect(leafHashOf(positive, vector.token, vector.index, 0)).toEqual(bytesOf(vector.hash))
  })

  it.each(rows(recorded.attempts))('attempt $index', ({ vector, index }) => {
    expect(computed.attempts[index]).toEqual(vector)
  })

  it('cover all that is computed', () => {
    expect(computed).toEqual(recorded)
    expect(recorded.attempts.length).toBeGreaterThanOrEqual(24)
  })
})

/** The formulas of PROTOCOL.md once more, from the recorded bytes alone. */
describe('recorded attempts follow the formulas', () => {
  it.each(rows(recorded.attempts))('attempt $index', ({ vector }) => {
    const u64 = (value: string): Uint8Array => uintToBytes(BigInt(value), 8)
    const epochKey = keccak256(concatBytes(bytesOf(vector.seed), u64(vector.epochIndex)))
    expect(epochKey).toEqual(bytesOf(vector.epochKey))
    const sealed = bytesOf(vector.sealHash)
    const examSeed = keccak256(concatBytes(utf8ToBytes('poai/exam/1'), epochKey, sealed, u64(vector.nonce)))
    expect(examSeed).toEqual(bytesOf(vector.examSeed))

    let level: readonly Uint8Array[] = vector.answerTokens.map((token, leaf) => leafHashOf(vector.words, token, leaf))
    expect(level).toEqual(vector.leafHashes.map(bytesOf))
    // 16 leaves: a full tree, no level has a last node without a partner.
    while (level.length > 1) {
      level = Array.from({ length: level.length / 2 }, (_, i) =>
        keccak256(concatBytes(hex('0x01'), ...level.slice(2 * i, 2 * i + 2))),
      )
    }
    expect(level[0]).toEqual(bytesOf(vector.transcriptRoot))

    const work = concatBytes(utf8ToBytes('poai/work/1'), sealed, u64(vector.nonce), u64(vector.lossMicroNats))
    expect(keccak256(concatBytes(work, bytesOf(vector.transcriptRoot)))).toEqual(bytesOf(vector.workHash))
  })
})

function leafHashOf(words: readonly string[], token: number, leaf: number, from: number = 8 * leaf): Uint8Array {
  const own = words.slice(from, from + 8).map((word) => bytesOf(`0x${word}`))
  const [answer, maximum, totalWeight, argMax, ...probes] = own
  const little = [answer, maximum, totalWeight, ...probes].map((bits) => bits?.toReversed() ?? new Uint8Array())
  const u32 = (value: number): Uint8Array => uintToBytes(BigInt(value), 4)
  return keccak256(concatBytes(hex('0x00'), u32(leaf), u32(token), argMax ?? new Uint8Array(), ...little))
}

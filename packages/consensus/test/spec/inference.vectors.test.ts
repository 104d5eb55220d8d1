import { readFileSync } from 'node:fs'
import { concatBytes, hexToBytes, keccak256, uintToBytes, utf8ToBytes } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { computeInferenceVectors, type InferenceVectors } from './inference-vectors.ts'

const recorded = JSON.parse(
  readFileSync(new URL('vectors/inference.vectors.json', import.meta.url), 'utf8'),
) as InferenceVectors

function bytesOf(text: string): Uint8Array {
  const bytes = hexToBytes(text)
  if (bytes === undefined) throw new RangeError(`not hexadecimal: ${text}`)
  return bytes
}

const u32be = (value: number): Uint8Array => uintToBytes(BigInt(value), 4)

it('the vectors of inference are what is computed', () => {
  expect(computeInferenceVectors()).toEqual(recorded)
  expect(recorded.calls.length).toBeGreaterThanOrEqual(20)
})

/** The formulas of PROTOCOL.md once more, from the recorded bytes alone. */
describe('recorded generations follow the formulas', () => {
  it.each(recorded.generations.map((vector, index) => ({ vector, call: recorded.calls[4 * index] })))(
    'generation of $vector.tokens',
    ({ vector, call }) => {
      if (call === undefined) throw new RangeError('each generation has a call')
      const prompt = [1, ...Array.from(bytesOf(call.prompt), (byte) => 3 + byte)]
      const domain = utf8ToBytes('portable-1')
      const task = concatBytes(
        ...[Uint8Array.of(0), utf8ToBytes('poai/generation/1'), bytesOf(recorded.model['sha256'] as string)],
        ...[u32be(domain.length), domain, u32be(call.temperature), bytesOf(call.seed), u32be(prompt.length)],
        ...prompt.map(u32be),
      )
      expect(bytesOf(vector.task)).toEqual(task)
      expect(bytesOf(vector.taskHash)).toEqual(keccak256(task))
      vector.tokens.forEach((token, index) => {
        const [answer, maximum, totalWeight, argMax] = (call.words[index] ?? '')
          .split(' ')
          .map((word) => bytesOf(`0x${word}`))
        const little = [answer, maximum, totalWeight].map((word) => (word ?? new Uint8Array(0)).toReversed())
        const leaf = concatBytes(Uint8Array.of(0), u32be(index), u32be(token), argMax ?? new Uint8Array(0), ...little)
        expect(bytesOf(vector.leafHashes[index] ?? '0x')).toEqual(keccak256(leaf))
      })
      let level = [vector.taskHash, ...vector.leafHashes].map(bytesOf)
      while (level.length > 1) {
        const pairs = Array.from({ length: level.length >> 1 }, (_, pair) =>
          keccak256(Uint8Array.of(1), level[2 * pair] as Uint8Array, level[2 * pair + 1] as Uint8Array),
        )
        level = level.length % 2 === 1 ? [...pairs, level.at(-1) as Uint8Array] : pairs
      }
      expect(bytesOf(vector.root)).toEqual(level[0])
      let head: Uint8Array = new Uint8Array(32)
      vector.leafHashes.forEach((leaf, index) => {
        head = keccak256(utf8ToBytes('poai/session/1'), head, bytesOf(leaf))
        expect(bytesOf(vector.heads[index] ?? '0x')).toEqual(head)
      })
    },
  )
})

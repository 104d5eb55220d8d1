import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeInferenceCall,
  encodeGenerate,
  encodeReplay,
  gasOfAnswer,
  gasToAsk,
  type Hash32,
  type InferenceCall,
  type InferenceKind,
  MAX_TEMPERATURE,
  toHash32,
  utf8ToBytes,
  ZERO_HASH,
} from '../../../src/index.ts'
import { CALLABLE } from '../../support/callable-model.ts'

const PARAMS = { models: [CALLABLE] }
const SEED: Hash32 = toHash32(new Uint8Array(32).fill(7))
const PROMPT = utf8ToBytes('Q: 17 + 25?\nA: ')

const generate = { model: CALLABLE.sha256, prompt: PROMPT, maxTokens: 8, temperature: 0, seed: ZERO_HASH }
const replay = {
  ...{ model: CALLABLE.sha256, prompt: PROMPT, temperature: 700, seed: SEED },
  ...{ output: Uint32Array.of(55, 53, 13), root: SEED },
}

function decode(kind: InferenceKind, input: Uint8Array): InferenceCall | undefined {
  return decodeInferenceCall(PARAMS, kind, input)
}

function encode(call: InferenceCall): Uint8Array {
  const model = call.model.sha256
  return call.kind === 'generate' ? encodeGenerate({ ...call, model }) : encodeReplay({ ...call, model })
}

describe('a call', () => {
  test('reads what abi.encode writes', () => {
    expect(decode('generate', encodeGenerate(generate))).toMatchObject({
      ...generate,
      kind: 'generate',
      model: CALLABLE,
    })
    expect(decode('replay', encodeReplay(replay))).toMatchObject({ ...replay, kind: 'replay', model: CALLABLE })
  })

  test('is none with one byte more, less, or with a byte of padding that is not zero', () => {
    const padding = { generate: encodeGenerate(generate).length - 1, replay: encodeReplay(replay).length - 4 * 32 - 1 }
    for (const [kind, input] of [
      ['generate', encodeGenerate(generate)],
      ['replay', encodeReplay(replay)],
    ] as const) {
      expect(decode(kind, Uint8Array.of(...input, 0))).toBeUndefined()
      expect(decode(kind, input.subarray(0, -1))).toBeUndefined()
      expect(decode(kind, input.with(padding[kind], 1))).toBeUndefined()
      expect(decode(kind, new Uint8Array(0))).toBeUndefined()
    }
  })

  test('is none for a model that is not callable', () => {
    expect(decode('generate', encodeGenerate({ ...generate, model: SEED }))).toBeUndefined()
  })

  test('fits into the context to the token', () => {
    const room = CALLABLE.contextTokens - 1 - PROMPT.length
    expect(decode('generate', encodeGenerate({ ...generate, maxTokens: room }))).toBeDefined()
    expect(decode('generate', encodeGenerate({ ...generate, maxTokens: room + 1 }))).toBeUndefined()
    expect(decode('generate', encodeGenerate({ ...generate, maxTokens: 0 }))).toBeUndefined()
    const output = new Uint32Array(room).fill(55)
    expect(decode('replay', encodeReplay({ ...replay, output }))).toBeDefined()
    expect(decode('replay', encodeReplay({ ...replay, output: Uint32Array.of(...output, 55) }))).toBeUndefined()
    expect(decode('replay', encodeReplay({ ...replay, output: new Uint32Array(0) }))).toBeUndefined()
  })

  test('has tokens of the vocabulary, and a temperature up to the limit', () => {
    expect(decode('replay', encodeReplay({ ...replay, output: Uint32Array.of(258) }))).toBeDefined()
    expect(decode('replay', encodeReplay({ ...replay, output: Uint32Array.of(259) }))).toBeUndefined()
    expect(decode('generate', encodeGenerate({ ...generate, temperature: MAX_TEMPERATURE }))).toBeDefined()
    expect(decode('generate', encodeGenerate({ ...generate, temperature: MAX_TEMPERATURE + 1 }))).toBeUndefined()
  })

  test('has one encoding: whatever is changed in it gives another call or none', () => {
    const inputs = { generate: encodeGenerate(generate), replay: encodeReplay(replay) }
    fc.assert(
      fc.property(fc.constantFrom('generate', 'replay'), fc.nat(), fc.nat(255), (kind, at, byte) => {
        const changed = inputs[kind].with(at % inputs[kind].length, byte)
        const call = decode(kind, changed)
        if (call !== undefined) expect(encode(call)).toEqual(changed)
      }),
      { numRuns: 5_000 },
    )
  })

  test('asks for the gas of the longest answer, and pays for the one that it got', () => {
    const asked = decode('generate', encodeGenerate(generate)) as InferenceCall
    expect(gasToAsk(asked)).toBe(10_000n + 100n * 16n + 1_000n * 8n)
    expect(gasOfAnswer(asked, 3)).toBe(10_000n + 100n * 16n + 1_000n * 3n)
    const judged = decode('replay', encodeReplay(replay)) as InferenceCall
    expect(gasToAsk(judged)).toBe(10_000n + 100n * 16n + 1_000n * 3n)
    expect(gasOfAnswer(judged, 1)).toBe(gasToAsk(judged))
  })
})

import {
  type CallableModel,
  decodeInferenceCall,
  encodedBytesOf,
  gasOfAnswer,
  gasToAsk,
  type InferenceAnswer,
  type InferenceCall,
  MAX_CONTEXT_TOKENS,
  NetworkParamsError,
  networkParamsToJson,
  parseNetworkParams,
  testnet,
  toHash32,
  ZERO_HASH,
} from '@poai/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GAS_PER_ANSWER_BYTE } from '../../../src/index.ts'
import { generateInput, MODEL, replayInput } from '../../support/scripted-models.ts'

/** At the least prices, so that every other model is more expensive. */
const CHEAPEST: CallableModel = { ...MODEL, contextTokens: MAX_CONTEXT_TOKENS }
const ROOT = toHash32(new Uint8Array(32).fill(0xff))
const LAST_TOKEN = 0xff_ffff

function decoded(kind: InferenceCall['kind'], input: Uint8Array): InferenceCall {
  return decodeInferenceCall({ models: [CHEAPEST] }, kind, input) as InferenceCall
}

/** A call pays for every byte of its answer. */
function expectPaid(call: InferenceCall, answer: InferenceAnswer, gas: bigint): void {
  const bytes = BigInt(encodedBytesOf(answer))
  expect(bytes * GAS_PER_ANSWER_BYTE <= gas, `${call.kind}: ${bytes} bytes for ${gas} gas`).toBe(true)
  // What the precompile looks at before it reads its input.
  expect(BigInt(call.input.length) * GAS_PER_ANSWER_BYTE <= gasToAsk(call)).toBe(true)
}

const temperature = fc.integer({ min: 0, max: 100_000 })
/** Lengths of prompts and answers that fit the longest context, the extremes among them. */
const lengths = fc
  .tuple(fc.integer({ min: 0, max: MAX_CONTEXT_TOKENS - 2 }), fc.integer({ min: 1, max: MAX_CONTEXT_TOKENS }))
  .map(([prompt, output]) => [prompt, Math.min(output, MAX_CONTEXT_TOKENS - 1 - prompt)] as const)
const text = (length: number): string => 'x'.repeat(length)
const seed = ROOT

describe('a call pays at least sixteen gas for each byte that its answer takes in the body', () => {
  test('of an answer, however long its tokens are', () => {
    fc.assert(
      fc.property(lengths, temperature, ([prompt, output], degrees) => {
        const input = generateInput(text(prompt), { maxTokens: output, temperature: degrees, seed })
        const call = decoded('generate', input)
        const tokens = new Array<number>(output).fill(LAST_TOKEN)
        expectPaid(call, { kind: 'generate', input, tokens, root: ROOT }, gasOfAnswer(call, output))
        const short = gasOfAnswer(call, 1)
        expectPaid(decoded('generate', input), { kind: 'generate', input, tokens: [LAST_TOKEN], root: ROOT }, short)
      }),
      { numRuns: 200 },
    )
  })

  test('of an answer that is none, for which the call loses all of its gas', () => {
    fc.assert(
      fc.property(lengths, ([prompt, output]) => {
        const input = generateInput(text(prompt), { maxTokens: output, seed })
        const call = decoded('generate', input)
        expectPaid(call, { kind: 'generate', input, tokens: [], root: ZERO_HASH }, gasToAsk(call))
      }),
      { numRuns: 50 },
    )
  })

  test('of a replay, whose input has a word for each token', () => {
    fc.assert(
      fc.property(lengths, temperature, ([prompt, output], degrees) => {
        const input = replayInput(text(prompt), new Array<number>(output).fill(258), {
          ...{ temperature: degrees, seed, root: ROOT },
        })
        const call = decoded('replay', input)
        expectPaid(call, { kind: 'replay', input, isRightRoot: true, firstWrong: output }, gasOfAnswer(call, 0))
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    [0, 1],
    [MAX_CONTEXT_TOKENS - 2, 1],
    [0, MAX_CONTEXT_TOKENS - 1],
  ])('of a prompt of %i bytes and %i tokens', (prompt, output) => {
    const input = generateInput(text(prompt), { maxTokens: output, temperature: 100_000, seed })
    const call = decoded('generate', input)
    const tokens = new Array<number>(output).fill(LAST_TOKEN)
    expectPaid(call, { kind: 'generate', input, tokens, root: ROOT }, gasOfAnswer(call, output))
    const claimed = replayInput(text(prompt), new Array<number>(output).fill(258), { seed, root: ROOT })
    const replay = decoded('replay', claimed)
    const answer: InferenceAnswer = { kind: 'replay', input: claimed, isRightRoot: true, firstWrong: output }
    expectPaid(replay, answer, gasOfAnswer(replay, 0))
  })
})

test('no network can be cheaper than the model above', () => {
  const networkWith = (model: CallableModel): unknown =>
    networkParamsToJson({ ...testnet, inference: { models: [model] } })
  expect(parseNetworkParams(networkWith(CHEAPEST)).inference?.models).toEqual([CHEAPEST])
  for (const price of ['baseGas', 'promptTokenGas', 'outputTokenGas'] as const) {
    const cheaper = { ...CHEAPEST, [price]: CHEAPEST[price] - 1n }
    expect(() => parseNetworkParams(networkWith(cheaper))).toThrow(NetworkParamsError)
  }
})

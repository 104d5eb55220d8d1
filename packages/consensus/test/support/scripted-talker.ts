import {
  type DrawnOutput,
  type ExamEvaluation,
  type ExamEvaluator,
  type ExamRequest,
  generateAnswer,
  type Sampling,
  taskOf,
} from '@poai/consensus'
import {
  type CallableModel,
  decodeInferenceCall,
  encodeGenerate,
  encodeReplay,
  type GenerateAnswer,
  type GenerateCall,
  hash32,
  invariant,
  keccak256,
  type ReplayCall,
  utf8ToBytes,
} from '@poai/core'
import { bitsOf } from '../unit/transcript/plausible-evaluation.ts'

/** What the talker is called on a network. */
export const TALKING_MODEL: CallableModel = {
  name: 'talker',
  sha256: hash32(utf8ToBytes('talker')),
  domain: 'portable-1',
  vectorsSha256: hash32(utf8ToBytes('vectors')),
  format: 'bytes-1',
  contextTokens: 64,
  stopTokens: [2, 13],
  baseGas: 10_000n,
  promptTokenGas: 100n,
  outputTokenGas: 1_000n,
}

const BASE = {
  model: TALKING_MODEL.sha256,
  prompt: utf8ToBytes('hello'),
  temperature: 0,
  seed: hash32(utf8ToBytes('seed')),
}

/** A call of `generate`, said in members. */
export function generateCall(changes: Partial<Omit<Parameters<typeof encodeGenerate>[0], 'model'>>): GenerateCall {
  const input = encodeGenerate({ ...BASE, maxTokens: 8, ...changes })
  const call = decodeInferenceCall({ models: [TALKING_MODEL] }, 'generate', input)
  invariant(call?.kind === 'generate', 'a call')
  return call
}

/** A call of `replay`, said in members. */
export function replayCall(changes: {
  readonly output: readonly number[]
  readonly root: Parameters<typeof encodeReplay>[0]['root']
  readonly prompt?: Uint8Array
  readonly temperature?: number
  readonly seed?: GenerateCall['seed']
}): ReplayCall {
  const input = encodeReplay({ ...BASE, ...changes, output: Uint32Array.from(changes.output) })
  const call = decodeInferenceCall({ models: [TALKING_MODEL] }, 'replay', input)
  invariant(call?.kind === 'replay', 'a call')
  return call
}

/** Bits of infinity. */
const INFINITY_BITS = 0x7f80_0000

/** A model without weights: hashes of what came before decide what it says next, always in the same way. */
export class ScriptedTalker implements ExamEvaluator {
  readonly requests: ExamRequest[] = []
  /** Changes an evaluation before it is given; counts them from 0. */
  tamper: (evaluation: ExamEvaluation, index: number) => ExamEvaluation = (evaluation) => evaluation
  /** Output tokens after which the model gives infinite numbers. */
  breaksAfter: number = Number.POSITIVE_INFINITY

  /** What it says to a call, drawn token by token. */
  answerTo(call: GenerateCall): GenerateAnswer {
    return generateAnswer(call, this.draw(call))
  }

  draw(call: GenerateCall): DrawnOutput {
    const { prompt } = taskOf(call)
    const tokens: number[] = []
    const words: number[] = []
    while (tokens.length < call.maxTokens) {
      if (tokens.length >= this.breaksAfter)
        return { tokens: Uint32Array.from(tokens), words: Uint32Array.from(words), finite: false }
      const before = [...prompt, ...tokens]
      const token = drawnAfter(before, call, tokens.length)
      words.push(...this.#wordsAt(before, token, tokens.length))
      tokens.push(token)
      if (call.model.stopTokens.includes(token)) break
    }
    return { tokens: Uint32Array.from(tokens), words: Uint32Array.from(words), finite: true }
  }

  evaluateOne({ tokens, positions, sampling }: ExamRequest): ExamEvaluation {
    invariant(sampling !== undefined, 'a talker is asked what it would draw')
    const words = Array.from(positions, (position, index) => {
      const before = [...tokens.subarray(0, position)]
      return [...this.#wordsAt(before, tokens[position] ?? 0, index), drawnAfter(before, sampling, index)]
    })
    return { words: Uint32Array.from(words.flat()) }
  }

  async evaluate(requests: readonly ExamRequest[]): Promise<readonly ExamEvaluation[]> {
    return requests.map((request) => {
      this.requests.push(request)
      return this.tamper(this.evaluateOne(request), this.requests.length - 1)
    })
  }

  #wordsAt(before: readonly number[], token: number, index: number): readonly number[] {
    const argMax = likeliestAfter(before)
    const maximum = 20 + ((before.at(-1) ?? 0) % 7)
    const answer = token === argMax ? maximum : maximum - 1 - ((token + before.length) % 11)
    const isBroken = index >= this.breaksAfter
    const bits = isBroken ? INFINITY_BITS : bitsOf(answer)
    return [bits, isBroken ? INFINITY_BITS : bitsOf(maximum), bitsOf(1 + (before.length % 13)), argMax]
  }
}

function hashOf(before: readonly number[], more: Uint8Array): number {
  const digest = keccak256(new Uint8Array(Uint32Array.from(before).buffer), more)
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0)
}

function likeliestAfter(before: readonly number[]): number {
  // The end of a line comes now and then.
  const draw = hashOf(before, utf8ToBytes('arg max'))
  return draw % 17 === 0 ? 13 : 3 + (draw % 256)
}

function drawnAfter(before: readonly number[], { temperature, seed }: Sampling, index: number): number {
  if (temperature === 0) return likeliestAfter(before)
  const draw = hashOf(before, new Uint8Array([...seed, index, ...new Uint8Array(Uint32Array.of(temperature).buffer)]))
  return draw % 3 === 0 ? likeliestAfter(before) : 3 + (draw % 256)
}

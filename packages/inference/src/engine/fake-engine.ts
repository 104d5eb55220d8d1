import { InvariantError, keccak256 } from '@poai/core'
import { createWordStream } from '../gguf/seeded-words.ts'
import { drawToken } from './draw-token.ts'
import { EngineError } from './engine-error.ts'
import { createAnswer, createEvaluation, positionWords, wordsPerPosition } from './evaluation.ts'
import { floatToBits } from './float-bits.ts'
import { toGeneration } from './generation.ts'
import type {
  EngineModel,
  EngineState,
  EngineStatus,
  EvaluateOptions,
  Evaluation,
  EvaluationRequest,
  GeneratedToken,
  GenerateOptions,
  Generation,
  GenerationRequest,
  InferenceEngine,
  Sampling,
} from './inference-engine.ts'
import { summarisePosition } from './portable-position.ts'
import { validateGeneration } from './validate-generation.ts'
import { validateRequests } from './validate-request.ts'

/** The "model" of a fake engine. Engines with different seeds disagree on every bit. */
export interface FakeEngineOptions {
  readonly seed?: number
  /** Default 259: the byte vocabulary. */
  readonly vocabularySize?: number
  /** Default 255. */
  readonly contextSize?: number
}

/** Logits of generations lie from 0 to this: at temperature 1, some ten tokens are likely. */
const LOGIT_SPREAD = 24

/**
 * An engine without a model, for tests: answers at once with bits drawn from the hash of the request. They are
 * plausible: finite, no logit above the maximum, total weight from 1 to the vocabulary's size, and the expected token
 * is the arg max at about three positions of four. Generations, and evaluations that draw tokens, agree with each
 * other.
 */
export function createFakeEngine(options: FakeEngineOptions = {}): InferenceEngine {
  return new FakeEngine(options)
}

class FakeEngine implements InferenceEngine {
  /** Attempts are made from evaluations, so that their seals are right. */
  readonly search = undefined
  readonly #seed: number
  readonly #model: EngineModel
  #state: EngineState = 'new'
  #evaluations = 0

  constructor({ seed = 0, vocabularySize = 259, contextSize = 255 }: FakeEngineOptions) {
    this.#seed = seed
    this.#model = { vocabularySize, contextSize, systemInfo: 'fake' }
  }

  get status(): EngineStatus {
    return {
      state: this.#state,
      program: 'fake',
      workers: [],
      queued: { verify: 0, build: 0, mine: 0, call: 0 },
      evaluations: this.#evaluations,
      crashes: 0,
      model: this.#state === 'new' ? undefined : this.#model,
    }
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new InvariantError(`An engine that is ${this.#state} cannot be started`)
    this.#state = 'running'
  }

  async stop(): Promise<void> {
    this.#state = 'stopped'
  }

  async evaluate(
    requests: readonly EvaluationRequest[],
    { signal }: EvaluateOptions = {},
  ): Promise<readonly Evaluation[]> {
    signal?.throwIfAborted()
    this.#requireRunning()
    validateRequests(requests, this.#model)
    this.#evaluations += requests.length
    return requests.map((request) =>
      request.sampling === undefined ? this.#evaluateOne(request) : this.#evaluateDraws(request, request.sampling),
    )
  }

  async generate(request: GenerationRequest, { signal, onToken }: GenerateOptions = {}): Promise<Generation> {
    signal?.throwIfAborted()
    this.#requireRunning()
    validateGeneration(request, this.#model)
    const { prompt, maxTokens, sampling, stopTokens } = request
    const tokens = [...prompt]
    const steps: GeneratedToken[] = []
    while (steps.length < maxTokens && !stopTokens.includes(steps.at(-1)?.token ?? -1)) {
      const index = steps.length
      const logits = this.#logitsAfter(tokens)
      const token = drawToken(logits, sampling, index)
      const [answer, maximum, totalWeight, argMax] = wordsOf(logits, token)
      const step = { index, token, answer, maximum, totalWeight, argMax }
      steps.push(step)
      tokens.push(token)
      onToken?.(step)
      // A signal that `onToken` gave, or that another task gives.
      await undefined
      signal?.throwIfAborted()
    }
    return toGeneration(steps, true)
  }

  #requireRunning(): void {
    if (this.#state === 'running') return
    throw new EngineError('INFERENCE_NOT_RUNNING', `The inference engine is ${this.#state}`, {
      expected: 'running',
      actual: this.#state,
    })
  }

  /** What a generation from the same tokens says. */
  #evaluateDraws(request: EvaluationRequest, sampling: Sampling): Evaluation {
    const { tokens, positions, probes } = request
    const words = new Uint32Array(positions.length * positionWords(request))
    let at = 0
    positions.forEach((position, index) => {
      const logits = this.#logitsAfter([...tokens.subarray(0, position)])
      words.set(wordsOf(logits, tokens[position] as number), at)
      at += 4
      for (const probe of probes) words[at++] = floatToBits(logits[probe] as number)
      words[at++] = drawToken(logits, sampling, index)
    })
    return createAnswer(request, words)
  }

  /** Logits that depend on all tokens before them and nothing else, as those of a model do. */
  #logitsAfter(tokens: readonly number[]): Float32Array {
    const key = keccak256(Uint8Array.of(this.#seed), new Uint8Array(Uint32Array.from(tokens).buffer))
    const words = new Uint32Array(this.#model.vocabularySize)
    createWordStream(new DataView(key.buffer, key.byteOffset).getUint32(0), 0)(words)
    return Float32Array.from(words, (word) => LOGIT_SPREAD * (word / 2 ** 32))
  }

  #evaluateOne(request: EvaluationRequest): Evaluation {
    const { tokens, positions, probes } = request
    const counts = [1, tokens.length, positions.length, probes.length]
    const asked = Uint32Array.from([...counts, ...tokens, ...positions, ...probes])
    const key = keccak256(Uint8Array.of(this.#seed), new Uint8Array(asked.buffer))
    const words = new Uint32Array(positions.length * wordsPerPosition(probes.length))
    let at = 0
    positions.forEach((position, index) => {
      const random = drawFractions(key, index)
      const answer = tokens[position] as number
      const isRight = random() < 0.75
      const maximum = 5 + 20 * random()
      const below = (): number => maximum - 0.5 - 30 * random()
      const argMax = isRight ? answer : (answer + 1) % this.#model.vocabularySize
      const logitOf = (token: number): number => (token === argMax ? maximum : below())
      const answerLogit = logitOf(answer)
      words[at++] = floatToBits(answerLogit)
      words[at++] = floatToBits(maximum)
      words[at++] = floatToBits(1 + random() * (this.#model.vocabularySize - 1))
      words[at++] = argMax
      for (const probe of probes) words[at++] = floatToBits(probe === answer ? answerLogit : logitOf(probe))
    })
    return createEvaluation(words, probes.length)
  }
}

/** The words of a position before its probes. */
function wordsOf(logits: Float32Array, token: number): readonly [number, number, number, number] {
  const { argMax, totalWeight } = summarisePosition(logits)
  return [floatToBits(logits[token] as number), floatToBits(logits[argMax] as number), totalWeight, argMax]
}

/** Fractions in [0, 1) from a hash chain. */
function drawFractions(key: Uint8Array, index: number): () => number {
  let block = keccak256(key, Uint8Array.of(index & 0xff, index >> 8))
  let offset = 0
  return () => {
    if (offset === block.length) {
      block = keccak256(block)
      offset = 0
    }
    const value = new DataView(block.buffer, block.byteOffset).getUint32(offset)
    offset += 4
    return value / 2 ** 32
  }
}

import { InvariantError, keccak256 } from '@poai/core'
import { EngineError } from './engine-error.ts'
import { createEvaluation, wordsPerPosition } from './evaluation.ts'
import { floatToBits } from './float-bits.ts'
import type {
  EngineModel,
  EngineState,
  EngineStatus,
  EvaluateOptions,
  Evaluation,
  EvaluationRequest,
  InferenceEngine,
} from './inference-engine.ts'
import { validateRequests } from './validate-request.ts'
import { encodeBatch } from './worker-protocol.ts'

/** The "model" of a fake engine. Engines with different seeds disagree on every bit. */
export interface FakeEngineOptions {
  readonly seed?: number
  /** Default 259: the byte vocabulary. */
  readonly vocabularySize?: number
  /** Default 255. */
  readonly contextSize?: number
}

/**
 * An engine without a model, for tests: answers at once with bits drawn from the hash of the request. They are
 * plausible: finite, no logit above the maximum, total weight from 1 to the vocabulary's size, and the expected token
 * is the arg max at about three positions of four.
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
      queued: { verify: 0, mine: 0 },
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
    if (this.#state !== 'running') {
      throw new EngineError('INFERENCE_NOT_RUNNING', `The inference engine is ${this.#state}`, {
        expected: 'running',
        actual: this.#state,
      })
    }
    validateRequests(requests, this.#model)
    this.#evaluations += requests.length
    return requests.map((request) => this.#evaluateOne(request))
  }

  #evaluateOne(request: EvaluationRequest): Evaluation {
    const { tokens, positions, probes } = request
    const key = keccak256(Uint8Array.of(this.#seed), new Uint8Array(encodeBatch([request]).buffer))
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

import type { AttemptOutcome, SearchJob } from '../engine/attempt-search.ts'
import { EngineError } from '../engine/engine-error.ts'
import { positionWords, wordsPerPosition } from '../engine/evaluation.ts'
import type { EngineModel, EvaluationRequest, Sampling } from '../engine/inference-engine.ts'
import { decodeSeal, encodeJob, JOB_BYTES, SEAL_BYTES } from '../engine/search-codec.ts'
import { encodeSampling, SAMPLING_WORDS } from '../engine/slice-codec.ts'
import { MAX_STOP_TOKENS, validateSampling } from '../engine/validate-generation.ts'
import { MAX_PROBES, validateRequests } from '../engine/validate-request.ts'
import { REQUEST_HEADER_WORDS, writeRequest } from '../engine/worker-protocol.ts'
import { requireExports, type WasmExports } from './wasm-exports.ts'
import { allocateRegion, readText, type WasmRegion } from './wasm-memory.ts'
import { webAssembly } from './web-assembly.ts'

export interface WasmModelOptions {
  /** The module's file. */
  readonly module: Uint8Array
  /** The model's file: a GGUF of the architecture `llama`. */
  readonly model: Uint8Array
  /** Fed tokens that fit into one sequence. */
  readonly contextSize: number
  /** Called several times per attempt; true gives the attempt up. */
  readonly wantsStop: () => boolean
}

/** A model in a WebAssembly module, on the calling thread. It is unusable once the module has thrown. */
export interface WasmModel {
  readonly about: EngineModel
  /** The words of each request's evaluation. Throws `INFERENCE_REQUEST_INVALID` before the module sees a bad one. */
  evaluate(requests: readonly EvaluationRequest[]): readonly Uint32Array[]
  /** Feeds tokens after the `at` tokens that were fed before, and returns the logits after the last one. */
  feed(tokens: Uint32Array, at: number): Float32Array
  /** The token that a generation draws by these logits, as many as the vocabulary has at most. */
  draw(logits: Float32Array, sampling: Sampling, index: number): number
  /**
   * Takes a slice of a generation in hand (`slice-codec.ts`; it has been validated), until another one is begun: each
   * call feeds some tokens, and draws one once all are fed.
   */
  beginGeneration(generation: number, slice: Uint32Array): () => GenerationStep
  /** Makes attempts at `job`, which has been validated, nonce by nonce; until another is prepared. */
  prepareSearch(job: SearchJob): (nonce: bigint) => AttemptOutcome
}

/** What a step of a generation came to. `drawn`: the token, as in `slice-codec.ts`. */
export type GenerationStep =
  | { readonly kind: 'fed' | 'stopped' | 'not-finite' }
  | { readonly kind: 'drawn' | 'last'; readonly drawn: Uint32Array }

/** Results of the module's functions, as in `engine.h` and `attempt.h`. */
const DONE = 0
const ATTEMPT = { missed: 0, solved: 1, void: 2, stopped: 3 } as const
const STEP = { fed: 0, drawn: 1, last: 2, notFinite: 3, stopped: 4 } as const

/** Of one token. */
const DRAWN_WORDS = 5

/** Compiles the module and opens the model in it. */
export async function openWasmModel(options: WasmModelOptions): Promise<WasmModel> {
  const { contextSize, wantsStop } = options
  const compiled = await webAssembly.compile(options.module)
  const imports = { host: { wants_stop: () => (wantsStop() ? 1 : 0) } }
  const exports = requireExports((await webAssembly.instantiate(compiled, imports)).exports)
  openModel(exports, options.model, contextSize)
  return new OpenModel(exports, contextSize)
}

function openModel(exports: WasmExports, model: Uint8Array, contextSize: number): void {
  const file = allocateRegion(exports, model.length)
  file.bytes().set(model)
  const problem = exports.open(file.address, model.length, contextSize)
  if (problem !== 0) throw new EngineError('INFERENCE_START_FAILED', readText(exports, problem))
}

class OpenModel implements WasmModel {
  readonly about: EngineModel
  readonly #exports: WasmExports
  readonly #request: WasmRegion
  readonly #answer: WasmRegion
  readonly #job: WasmRegion
  readonly #seal: WasmRegion

  constructor(exports: WasmExports, contextSize: number) {
    const vocabularySize = exports.vocabulary()
    const systemInfo = `WebAssembly, ${readText(exports, exports.variant())}`
    this.about = { vocabularySize, contextSize, systemInfo }
    this.#exports = exports
    const longest = REQUEST_HEADER_WORDS + 2 * contextSize + 1 + MAX_PROBES + SAMPLING_WORDS + MAX_STOP_TOKENS
    this.#request = allocateRegion(exports, 4 * longest)
    this.#answer = allocateRegion(exports, 4 * Math.max(contextSize * wordsPerPosition(MAX_PROBES + 1), vocabularySize))
    this.#job = allocateRegion(exports, JOB_BYTES)
    this.#seal = allocateRegion(exports, SEAL_BYTES)
  }

  evaluate(requests: readonly EvaluationRequest[]): readonly Uint32Array[] {
    validateRequests(requests, this.about)
    return requests.map((request) => {
      writeRequest(this.#request.words(), request)
      requireDone(this.#exports.evaluate(this.#request.address, this.#answer.address))
      return this.#answer.words().slice(0, request.positions.length * positionWords(request))
    })
  }

  feed(tokens: Uint32Array, at: number): Float32Array {
    const { contextSize, vocabularySize } = this.about
    const fits = tokens.length > 0 && at >= 0 && at + tokens.length <= contextSize
    if (!fits || tokens.some((token) => token >= vocabularySize)) {
      throw new EngineError('INFERENCE_REQUEST_INVALID', `The model cannot be fed ${tokens.length} tokens at ${at}`)
    }
    this.#request.words().set(tokens)
    requireDone(this.#exports.feed(this.#request.address, tokens.length, at, this.#answer.address))
    return new Float32Array(this.#answer.bytes().slice(0, 4 * vocabularySize).buffer)
  }

  draw(logits: Float32Array, sampling: Sampling, index: number): number {
    validateSampling(sampling, 'sampling')
    const isPossible = logits.length > 0 && logits.length <= this.about.vocabularySize
    if (!isPossible || !Number.isInteger(index) || index < 0) {
      throw new EngineError('INFERENCE_REQUEST_INVALID', `No token can be drawn by ${logits.length} logits at ${index}`)
    }
    this.#request.words().set(encodeSampling(sampling))
    new Float32Array(this.#answer.words().buffer, this.#answer.address, logits.length).set(logits)
    return this.#exports.draw(this.#answer.address, logits.length, this.#request.address, index) >>> 0
  }

  beginGeneration(generation: number, slice: Uint32Array): () => GenerationStep {
    this.#request.words().set([generation])
    this.#request.words().set(slice, 1)
    if (this.#exports.begin_generation(this.#request.address) === 0) throw noMemory()
    return () => {
      const result = this.#exports.step_generation(this.#answer.address)
      switch (result) {
        case STEP.fed:
          return { kind: 'fed' }
        case STEP.stopped:
          return { kind: 'stopped' }
        case STEP.notFinite:
          return { kind: 'not-finite' }
        case STEP.drawn:
        case STEP.last:
          return {
            kind: result === STEP.last ? 'last' : 'drawn',
            drawn: this.#answer.words().slice(0, DRAWN_WORDS),
          }
        default:
          throw noMemory()
      }
    }
  }

  prepareSearch(job: SearchJob): (nonce: bigint) => AttemptOutcome {
    this.#job.bytes().set(encodeJob(job))
    return (nonce) => {
      const result = this.#exports.try_nonce(this.#job.address, nonce, this.#seal.address)
      switch (result) {
        case ATTEMPT.missed:
          return { kind: 'missed', seal: decodeSeal(this.#seal.bytes()) }
        case ATTEMPT.solved:
          return { kind: 'solved', seal: decodeSeal(this.#seal.bytes()) }
        case ATTEMPT.void:
          return { kind: 'void' }
        case ATTEMPT.stopped:
          return { kind: 'stopped' }
        default:
          throw new EngineError(
            'INFERENCE_WORKER_FAILED',
            'The model’s numbers contradict each other: the hardware or the engine is broken',
          )
      }
    }
  }
}

function noMemory(): EngineError {
  return new EngineError('INFERENCE_WORKER_FAILED', 'The module has no memory for another sequence')
}

function requireDone(result: number): void {
  if (result !== DONE) throw new EngineError('INFERENCE_WORKER_FAILED', 'A pass stopped by itself')
}

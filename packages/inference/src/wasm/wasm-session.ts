import { EngineError } from '../engine/engine-error.ts'
import { wordsPerPosition } from '../engine/evaluation.ts'
import { floatToBits } from '../engine/float-bits.ts'
import type { EngineModel, EvaluationRequest } from '../engine/inference-engine.ts'
import { summarisePosition } from '../engine/portable-position.ts'
import { requireExports, type WasmExports } from './wasm-exports.ts'
import { createWasmHost, type WasmHost } from './wasm-host.ts'
import { webAssembly } from './web-assembly.ts'

export interface WasmSessionOptions {
  /** The module's file. */
  readonly module: Uint8Array
  /** The model's file: a GGUF of the architecture `llama`. */
  readonly model: Uint8Array
  /** Fed tokens that fit into one sequence. */
  readonly contextSize: number
  /** Exams decoded together; the bits do not depend on it. Default 1. */
  readonly maxSequences?: number
}

/** A model in WebAssembly: computes the bits of the domain portable-1 in any browser and in Node, on the thread that calls. */
export interface WasmSession {
  readonly model: EngineModel
  /** The words of each request's evaluation. A failure leaves the session unusable. */
  evaluate(requests: readonly EvaluationRequest[]): readonly Uint32Array[]
}

/** As in the native session: the binding keeps one cell free, and llama.cpp takes contexts in units of this many cells. */
const RESERVED_CELLS = 1
const CELL_UNIT = 256

/** Compiles the module and loads the model into it. */
export async function openWasmSession(options: WasmSessionOptions): Promise<WasmSession> {
  const { contextSize, maxSequences = 1 } = options
  const module = await webAssembly.compile(options.module)
  const host = createWasmHost(module)
  const instance = await webAssembly.instantiate(module, host.imports)
  const exports = requireExports(instance.exports)
  host.attach(exports.memory)
  guard(host, 'INFERENCE_START_FAILED', () => {
    exports._initialize()
    loadModel(exports, options.model, { contextSize, maxSequences })
  })
  const vocabularySize = exports.poai_vocabulary_size()
  return {
    model: { vocabularySize, contextSize, systemInfo: 'WebAssembly | SIMD128 = 1 | one thread' },
    evaluate: (requests) =>
      guard(host, 'INFERENCE_WORKER_FAILED', () => {
        const evaluations: Uint32Array[] = []
        for (let start = 0; start < requests.length; start += maxSequences) {
          evaluations.push(...evaluateGroup(exports, vocabularySize, requests.slice(start, start + maxSequences)))
        }
        return evaluations
      }),
  }
}

/** The file is needed while it is read only: llama.cpp copies the weights to where it aligns them. */
function loadModel(
  exports: WasmExports,
  model: Uint8Array,
  { contextSize, maxSequences }: { readonly contextSize: number; readonly maxSequences: number },
): void {
  const address = exports.malloc(model.length) >>> 0
  if (address === 0) throw new EngineError('INFERENCE_START_FAILED', 'The model does not fit into 4 GiB of WebAssembly')
  new Uint8Array(exports.memory.buffer, address, model.length).set(model)
  const cells = Math.ceil((contextSize + RESERVED_CELLS) / CELL_UNIT) * CELL_UNIT
  const result = exports.poai_open(address, model.length, cells, maxSequences)
  if (result !== 0) throw new EngineError('INFERENCE_START_FAILED', `llama.cpp refused the model (${result})`)
  exports.free(address)
}

/** One decode of all fed tokens of all requests, each in a sequence without history. */
function evaluateGroup(
  exports: WasmExports,
  vocabularySize: number,
  requests: readonly EvaluationRequest[],
): readonly Uint32Array[] {
  exports.poai_clear()
  const indexes = requests.map((request, sequence) => feed(exports, request, sequence))
  const result = exports.poai_decode()
  if (result !== 0) throw new EngineError('INFERENCE_WORKER_FAILED', `llama.cpp could not decode (${result})`)
  return requests.map((request, at) => readWords(exports, vocabularySize, request, indexes[at] ?? []))
}

/** Adds a request to the batch; returns where each of its positions is in it. */
function feed(exports: WasmExports, { tokens, positions }: EvaluationRequest, sequence: number): readonly number[] {
  const wanted = new Set(positions)
  const indexes: number[] = []
  for (let at = 0; at + 1 < tokens.length; at++) {
    const isWanted = wanted.has(at + 1)
    const index = exports.poai_add(tokens[at] as number, at, sequence, isWanted ? 1 : 0)
    if (index < 0) throw new EngineError('INFERENCE_WORKER_FAILED', 'The requests do not fit into the context')
    if (isWanted) indexes.push(index)
  }
  return indexes
}

function readWords(
  exports: WasmExports,
  vocabularySize: number,
  { tokens, positions, probes }: EvaluationRequest,
  indexes: readonly number[],
): Uint32Array {
  const words = new Uint32Array(positions.length * wordsPerPosition(probes.length))
  let at = 0
  positions.forEach((position, i) => {
    const address = exports.poai_logits(indexes[i] ?? -1) >>> 0
    if (address === 0)
      throw new EngineError('INFERENCE_WORKER_FAILED', `llama.cpp gave nothing at position ${position}`)
    const logits = new Float32Array(exports.memory.buffer, address, vocabularySize)
    const { argMax, totalWeight } = summarisePosition(logits)
    const bitsOf = (token: number): number => floatToBits(logits[token] ?? Number.NaN)
    words[at++] = bitsOf(tokens[position] as number)
    words[at++] = bitsOf(argMax)
    words[at++] = totalWeight
    words[at++] = argMax
    for (const probe of probes) words[at++] = bitsOf(probe)
  })
  return words
}

/** A trap says nothing; what llama.cpp wrote before it does. */
function guard<Result>(
  host: WasmHost,
  code: 'INFERENCE_START_FAILED' | 'INFERENCE_WORKER_FAILED',
  run: () => Result,
): Result {
  try {
    return run()
  } catch (cause) {
    const said = host.lastWords()
    if (cause instanceof EngineError && said === '') throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new EngineError(code, said === '' ? `WebAssembly stopped: ${message}` : `${message}: ${said}`, { cause })
  }
}

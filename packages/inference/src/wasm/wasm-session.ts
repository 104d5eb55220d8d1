import type { EngineModel, EvaluationRequest, Sampling } from '../engine/inference-engine.ts'
import { openWasmModel } from './wasm-model.ts'

export interface WasmSessionOptions {
  /** The module's file. */
  readonly module: Uint8Array
  /** The model's file: a GGUF of the architecture `llama`. */
  readonly model: Uint8Array
  /** Fed tokens that fit into one sequence. */
  readonly contextSize: number
}

/**
 * A model in WebAssembly: computes the bits of the domain portable-1 in any browser and in Node, on the calling
 * thread.
 */
export interface WasmSession {
  readonly model: EngineModel
  /** The words of each request's evaluation. A failure within the module leaves the session unusable. */
  evaluate(requests: readonly EvaluationRequest[]): readonly Uint32Array[]
  /** Feeds tokens after the `at` tokens that were fed before, and returns the logits after the last one. */
  feed(tokens: Uint32Array, at: number): Float32Array
  /** The token that a generation draws by these logits as output token `index`. */
  draw(logits: Float32Array, sampling: Sampling, index: number): number
}

/** Compiles the module and loads the model into it. */
export async function openWasmSession(options: WasmSessionOptions): Promise<WasmSession> {
  const model = await openWasmModel({ ...options, wantsStop: () => false })
  return {
    model: model.about,
    evaluate: (requests) => model.evaluate(requests),
    feed: (tokens, at) => model.feed(tokens, at),
    draw: (logits, sampling, index) => model.draw(logits, sampling, index),
  }
}

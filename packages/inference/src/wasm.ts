/**
 * The engine of the domain `portable-1` in WebAssembly, for browsers as for Node: nothing here knows about files or
 * processes. It computes on the calling thread, so give it one of its own.
 *
 * @example
 * import { openWasmSession } from '@poai/inference/wasm'
 * const session = await openWasmSession({ module, model, contextSize: 255 })
 * const [words] = session.evaluate([{ tokens, positions, probes }])
 */

export { createEvaluation } from './engine/evaluation.ts'
export type { EngineModel, Evaluation, EvaluationRequest, PositionBits, Sampling } from './engine/inference-engine.ts'
export { openWasmSession, type WasmSession, type WasmSessionOptions } from './wasm/wasm-session.ts'

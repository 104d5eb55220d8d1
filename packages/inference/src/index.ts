/**
 * Deterministic inference: engines that run llama.cpp in worker processes, the determinism domains that say which bits
 * count, and model files.
 *
 * @example
 * import { createLlamaEngine } from '@poai/inference'
 * const engine = createLlamaEngine({ build, modelPath, cacheDirectory })
 * await engine.start()
 * const [evaluation] = await engine.evaluate([{ tokens, positions, probes }], { priority: 'verify' })
 * await engine.stop()
 */

export { EngineError, type EngineErrorCode } from './engine/engine-error.ts'
export {
  DEFAULT_CONTEXT_SIZE,
  DEFAULT_POOL_OPTIONS,
  type LlamaEngineOptions,
  type PoolOptions,
} from './engine/engine-options.ts'
export type { EngineEvent } from './engine/engine-pool.ts'
export { createEvaluation, wordsPerPosition } from './engine/evaluation.ts'
export { createFakeEngine, type FakeEngineOptions } from './engine/fake-engine.ts'
export { areFiniteBits, bitsToFloat, CANONICAL_NAN_BITS, floatToBits } from './engine/float-bits.ts'
export type {
  EngineModel,
  EngineState,
  EngineStatus,
  EvaluateOptions,
  Evaluation,
  EvaluationPriority,
  EvaluationRequest,
  InferenceEngine,
  PositionBits,
  WorkerStatus,
} from './engine/inference-engine.ts'
export type { LlamaBuild, PrebuiltLlamaBuild } from './engine/llama-build.ts'
export { createLlamaEngine, type LlamaEngineDependencies } from './engine/llama-engine.ts'
export { MAX_PROBES, MAX_REQUESTS_PER_CALL } from './engine/validate-request.ts'

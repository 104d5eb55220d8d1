import { mkdir } from 'node:fs/promises'
import { checkModel } from './check-model.ts'
import { DEFAULT_CONTEXT_SIZE, DEFAULT_POOL_OPTIONS, type LlamaEngineOptions } from './engine-options.ts'
import { EnginePool, type PoolDependencies } from './engine-pool.ts'
import { forkWorker } from './fork-worker.ts'
import type { InferenceEngine } from './inference-engine.ts'
import { isolateBackend } from './isolate-backend.ts'
import type { LlamaSessionOptions } from './llama-session.ts'
import { systemTimers } from './timers.ts'

/** What can be given to a llama.cpp engine besides its options: an admission test and a listener. */
export type LlamaEngineDependencies = Pick<PoolDependencies, 'admit' | 'onEvent'>

/**
 * The engine that runs llama.cpp, one thread in each of several worker processes, pinned to one CPU variant.
 *
 * @example
 * const engine = createLlamaEngine({ build, modelPath, cacheDirectory })
 * await engine.start()
 * const [evaluation] = await engine.evaluate([{ tokens, positions, probes }])
 * await engine.stop()
 */
export function createLlamaEngine(
  options: LlamaEngineOptions,
  dependencies: LlamaEngineDependencies = {},
): InferenceEngine {
  return createLlamaPool(options, dependencies)
}

/** The same as a pool. */
export function createLlamaPool(options: LlamaEngineOptions, dependencies: LlamaEngineDependencies = {}): EnginePool {
  const { niceness = 0 } = options
  return new EnginePool(
    { ...DEFAULT_POOL_OPTIONS, ...options },
    {
      ...dependencies,
      program: 'llama.cpp',
      canSearch: false,
      launch: (listener) => forkWorker({ niceness }, listener),
      timers: systemTimers,
      prepareSession: () => prepareSession(options),
    },
  )
}

async function prepareSession(options: LlamaEngineOptions): Promise<LlamaSessionOptions> {
  const { modelPath, cacheDirectory, contextSize = DEFAULT_CONTEXT_SIZE, maxSequences = 1 } = options
  await checkModel(modelPath)
  await mkdir(cacheDirectory, { recursive: true, mode: 0o700 })
  return { build: await isolateBackend(options.build, cacheDirectory), modelPath, contextSize, maxSequences }
}

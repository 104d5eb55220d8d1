import { mkdir } from 'node:fs/promises'
import { readGguf } from '../gguf/read-gguf.ts'
import { EngineError } from './engine-error.ts'
import { DEFAULT_CONTEXT_SIZE, DEFAULT_POOL_OPTIONS, type LlamaEngineOptions } from './engine-options.ts'
import { EnginePool, type PoolDependencies } from './engine-pool.ts'
import { forkWorker } from './fork-worker.ts'
import type { InferenceEngine } from './inference-engine.ts'
import { isolateBackend } from './isolate-backend.ts'
import type { SessionOptions } from './llama-session.ts'
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
  const { niceness = 0 } = options
  return new EnginePool(
    { ...DEFAULT_POOL_OPTIONS, ...options },
    {
      ...dependencies,
      launch: (listener) => forkWorker({ niceness }, listener),
      timers: systemTimers,
      prepareSession: () => prepareSession(options),
    },
  )
}

async function prepareSession(options: LlamaEngineOptions): Promise<SessionOptions> {
  const { modelPath, cacheDirectory, contextSize = DEFAULT_CONTEXT_SIZE, maxSequences = 1 } = options
  await checkModel(modelPath)
  await mkdir(cacheDirectory, { recursive: true, mode: 0o700 })
  return { build: await isolateBackend(options.build, cacheDirectory), modelPath, contextSize, maxSequences }
}

/** Reads the file's structure with our own bounded reader: the binding's takes minutes over a file that is no model. */
async function checkModel(modelPath: string): Promise<void> {
  await readGguf(modelPath).catch((cause: unknown) => {
    throw new EngineError('INFERENCE_START_FAILED', 'The model file cannot be read', {
      expected: `a GGUF model at ${modelPath}`,
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'Fetch the model again, or correct its path.',
      cause,
    })
  })
}

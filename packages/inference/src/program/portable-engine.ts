import { buildProgram } from '../build/build-program.ts'
import type { InferenceEngine } from '../engine/inference-engine.ts'
import { ImprovingEngine } from './improving-engine.ts'
import { createNativePool, createWasmPool } from './own-pools.ts'
import type {
  OwnPoolDependencies,
  OwnPoolOptions,
  PortableEngineDependencies,
  PortableEngineOptions,
} from './portable-options.ts'

/**
 * An engine of the domain portable-1, not yet started: the project's own, or one that gives way to llama.cpp; one
 * thread in each of several workers. The project's own also makes whole attempts at blocks.
 *
 * @example
 * const engine = createPortableEngine({ modelPath, cacheDirectory })
 * await engine.start()
 * const [evaluation] = await engine.evaluate([{ tokens, positions, probes }])
 * await engine.stop()
 */
export function createPortableEngine(
  options: PortableEngineOptions,
  dependencies: PortableEngineDependencies = {},
): InferenceEngine {
  const { program = 'auto', cacheDirectory } = options
  switch (program) {
    case 'native':
      return createNativePool(options, dependencies, async () => (await buildProgram({ cacheDirectory })).file)
    case 'wasm':
      return createWasmPool(options, dependencies)
    case 'auto':
    case 'llama':
      return new ImprovingEngine(options, dependencies)
  }
}

/** The same engine with the native program in `file`, wherever that is. */
export function createNativeEngine(
  file: string,
  options: OwnPoolOptions,
  dependencies: OwnPoolDependencies = {},
): InferenceEngine {
  return createNativePool(options, dependencies, async () => file)
}

import { prepareProgramCache } from '@poai/testing'
import { buildProgram } from '../../../src/build/build-program.ts'
import { nativeVariants } from '../../../src/build/native-program.ts'
import { findDomain, PORTABLE_DOMAIN_NAME } from '../../../src/domain/determinism-domain.ts'
import type { InferenceEngine } from '../../../src/engine/inference-engine.ts'
import { createLlamaEngine } from '../../../src/engine/llama-engine.ts'
import { createNativeEngine, createPortableEngine } from '../../../src/program/portable-engine.ts'

/** An engine of portable-1 on this machine, by a name for people. */
export interface AgreeingEngine {
  readonly name: string
  readonly create: (modelPath: string, contextSize: number) => InferenceEngine
}

/**
 * All engines of portable-1 that run here but llama.cpp: the native program in each of its variants, and WebAssembly.
 */
export async function ownEngines(): Promise<readonly AgreeingEngine[]> {
  const cacheDirectory = await prepareProgramCache()
  const program = await buildProgram({ cacheDirectory })
  const { file } = program
  const variants = await nativeVariants(program)
  return [
    ...variants.map(
      (variant): AgreeingEngine => ({
        name: `native ${variant}`,
        create: (modelPath, contextSize) => createNativeEngine(file, { modelPath, contextSize, variant, workers: 1 }),
      }),
    ),
    {
      name: 'wasm',
      create: (modelPath, contextSize) =>
        createPortableEngine({ modelPath, contextSize, cacheDirectory, program: 'wasm', workers: 1 }),
    },
  ]
}

/** llama.cpp with the portable kernels, whose library is in that cache: the reference. */
export function llamaEngine(cacheDirectory: string): AgreeingEngine {
  const build = findDomain(PORTABLE_DOMAIN_NAME)?.build
  if (build === undefined) throw new Error(`the domain ${PORTABLE_DOMAIN_NAME} is not known`)
  return {
    name: 'llama.cpp',
    create: (modelPath, contextSize) =>
      createLlamaEngine({ build, modelPath, contextSize, cacheDirectory, workers: 1 }),
  }
}

/** Starts an engine, uses it, stops it. */
export async function useEngine<Result>(
  engine: InferenceEngine,
  use: (engine: InferenceEngine) => Promise<Result>,
): Promise<Result> {
  try {
    await engine.start()
    return await use(engine)
  } finally {
    await engine.stop()
  }
}

import type { PoolOptions } from '../engine/engine-options.ts'
import type { PoolDependencies } from '../engine/engine-pool.ts'
import type { InferenceEngine } from '../engine/inference-engine.ts'

/**
 * What runs the project's own engine: the native program, the WebAssembly module, or the faster of the two that works
 * here. `native` compiles the program if it does not exist.
 */
export type OwnProgram = 'auto' | 'native' | 'wasm'

/** What can be asked to compute the domain portable-1: the project's own engine, or llama.cpp. */
export type PortableProgram = OwnProgram | 'llama'

/** What a pool of the project's own engine runs. */
export interface OwnPoolOptions extends Partial<PoolOptions> {
  readonly modelPath: string
  /** Fed tokens that fit into one sequence. Default `DEFAULT_CONTEXT_SIZE`. */
  readonly contextSize?: number
  /** Instruction set of the native program, by its name. Default: the fastest that the processor has. */
  readonly variant?: string
  /** Priority of the workers, from 0 (this process's) to 19; see `LlamaEngineOptions`. Default 0. */
  readonly niceness?: number
}

/** What an engine of the domain portable-1 runs. */
export interface PortableEngineOptions extends OwnPoolOptions {
  /** Writable by this user only; the native program is built in it and executed from it. */
  readonly cacheDirectory: string
  /** Default `auto`. */
  readonly program?: PortableProgram
  /** Exams that llama.cpp decodes together; above 1 only where the model's vectors allow it. Default 1. */
  readonly maxSequences?: number
  /**
   * With `auto`, where the native program is not built: compiles it while WebAssembly serves, and lets it take over.
   * With `llama`, where its library is not built: waits for it, while the own engine serves. For processes that live
   * long. Default false.
   */
  readonly improves?: boolean
}

/** What can be given to a pool besides its options: an admission test and a listener. */
export type OwnPoolDependencies = Pick<PoolDependencies, 'admit' | 'onEvent'>

/** What can be given to such an engine besides its options. */
export interface PortableEngineDependencies extends OwnPoolDependencies {
  /**
   * Throws unless an engine computes the recorded bits: what has just been compiled must pass it. Default: passes all.
   */
  readonly tryOut?: (engine: InferenceEngine) => Promise<void>
  /**
   * An improving engine starts improving no sooner: a compiler takes time from what its owner has to do first.
   * Default: at once.
   */
  readonly mayImprove?: Promise<void>
}

import { join } from 'node:path'
import { defined } from '@poai/core'
import {
  admitByVectors,
  checkVectors,
  createLlamaEngine,
  createPortableEngine,
  type DeterminismDomain,
  type DomainVectors,
  EngineError,
  type InferenceEngine,
  type LlamaEngineDependencies,
  type PortableProgram,
  wordsOfEngine,
} from '@poai/inference'
import type { Installation } from './installation.ts'

/** How many workers an engine gets, what they run, and what they must pass. */
export interface EngineChoice extends LlamaEngineDependencies {
  readonly workers?: number
  /** What runs the model in the domain portable-1. Default `auto`; other domains know only llama.cpp. */
  readonly program?: PortableProgram
  /** The instruction set of the native program. Default: the fastest that the processor has. */
  readonly variant?: string
  /** How far the workers yield to other processes of the machine; see `LlamaEngineOptions`. */
  readonly niceness?: number
  /**
   * What the engine must be able to compute: a sample of it for each worker before it serves, all of it for a program
   * that is to take over. `admit` takes precedence.
   */
  readonly vectors?: DomainVectors
  /**
   * Compiles the native program in the background if it is not built, or waits for llama.cpp. For processes that live
   * long. Default false.
   */
  readonly improves?: boolean
  /** It does not begin with that before this resolves. Default: at once. */
  readonly mayImprove?: Promise<void>
}

/** An engine for a model in a domain, not yet started. */
export function createDomainEngine(
  installation: Installation,
  wanted: {
    readonly modelPath: string
    readonly domain: DeterminismDomain
    readonly contextSize?: number
    readonly maxSequences?: number
  },
  choice: EngineChoice = {},
): InferenceEngine {
  const { modelPath, domain, contextSize, maxSequences } = wanted
  const { workers, niceness, variant, program = 'auto', vectors, improves = false, mayImprove, admit, onEvent } = choice
  const options = {
    ...{ modelPath, cacheDirectory: join(installation.cache, 'engine') },
    ...defined({ contextSize, maxSequences, workers, niceness }),
  }
  const admission = admit ?? (vectors === undefined ? undefined : admitByVectors(vectors))
  const dependencies = defined({ admit: admission, onEvent })
  const { build } = domain
  // llama.cpp may have to be waited for; processes that do not live long are told that it is not there.
  if (build.kind === 'portable' && (program !== 'llama' || improves)) {
    const tryOut = async (engine: InferenceEngine): Promise<void> => {
      if (vectors !== undefined) await checkVectors(wordsOfEngine(engine), vectors)
    }
    return createPortableEngine(
      { ...options, program, improves, ...defined({ variant }) },
      { ...dependencies, tryOut, ...defined({ mayImprove }) },
    )
  }
  requireLlama(domain, program)
  return createLlamaEngine({ ...options, build }, dependencies)
}

/** Throws if the domain does not have the program that is asked for. */
function requireLlama({ name }: DeterminismDomain, program: PortableProgram): void {
  if (program === 'llama' || program === 'auto') return
  throw new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', `domain ${name} is computed by llama.cpp only`, {
    expected: 'a network of domain portable-1, or --engine auto or llama',
    actual: `engine ${program}`,
    hint: 'remove the setting',
  })
}

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
  /** What runs the model in the domain portable-1. Default `auto`; the other domains know no choice but llama.cpp. */
  readonly program?: PortableProgram
  /** Instruction set of the native program. Default: the fastest that the processor has. */
  readonly variant?: string
  /** How far the workers step back behind other processes of the machine; see `LlamaEngineOptions`. */
  readonly niceness?: number
  /**
   * What the engine must compute: each worker a sample of it before it serves, a program that is to take over all of
   * it. `admit` goes before.
   */
  readonly vectors?: DomainVectors
  /**
   * Compiles the native program in the background where it is not built, or waits for llama.cpp; for processes that
   * live long. Default false.
   */
  readonly improves?: boolean
  /** It begins with that no sooner. Default: at once. */
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
  // llama.cpp may have to be waited for; whoever does not live long wants to hear that it is not there.
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

/** Throws if a program is asked for that the domain has not. */
function requireLlama({ name }: DeterminismDomain, program: PortableProgram): void {
  if (program === 'llama' || program === 'auto') return
  throw new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', `domain ${name} is computed by llama.cpp only`, {
    expected: 'a network of domain portable-1, or --engine auto or llama',
    actual: `engine ${program}`,
    hint: 'leave the setting out',
  })
}

import { setTimeout as delay } from 'node:timers/promises'
import { InvariantError } from '@poai/core'
import { buildProgram } from '../build/build-program.ts'
import { findNativeProgram } from '../build/native-program.ts'
import { findPortableLibrary } from '../build/portable-library.ts'
import { findDomain, PORTABLE_DOMAIN_NAME } from '../domain/determinism-domain.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import { createLlamaPool } from '../engine/llama-engine.ts'
import { createNativePool } from './own-pools.ts'
import type { OwnPoolDependencies, PortableEngineOptions } from './portable-options.ts'

/** What a pool is made with. One worker is enough to see what a program computes, and leaves the others their time. */
export interface GoalPool {
  readonly workers?: number
  readonly dependencies: OwnPoolDependencies
}

/** How to reach a goal. */
export interface PursueOptions {
  readonly signal: AbortSignal
  /** Throws unless the pool that it makes computes the recorded bits. */
  readonly tryOut: (create: (pool: GoalPool) => EnginePool) => Promise<void>
}

/** Something that may run the model instead of WebAssembly. */
export interface EngineGoal {
  /** Makes its pools, if it already exists. */
  find(): Promise<((pool: GoalPool) => EnginePool) | undefined>
  /** The same, once it exists and has been tried out. */
  pursue(options: PursueOptions): Promise<(pool: GoalPool) => EnginePool>
}

/**
 * The compiler has a lower priority than what people do on the machine, but not lower than the workers: at 19, next to
 * busy ones, it takes minutes (measured), and each minute costs more attempts than the compiler does.
 */
const BUILD_NICENESS = 5
/** Pause between two looks for a library that another process builds. */
const LOOK_EVERY_MS = 1_000

/**
 * What an engine with these options should run, the best first. Only the first is built or waited for; the others are
 * used if they exist.
 */
export function engineGoals(options: PortableEngineOptions): readonly EngineGoal[] {
  const native = nativeGoal(options)
  return options.program === 'llama' ? [llamaGoal(options), native] : [native]
}

/** The native program: compiled here if it does not exist. */
function nativeGoal(options: PortableEngineOptions): EngineGoal {
  const { cacheDirectory } = options
  const poolOf =
    (file: string) =>
    ({ dependencies, ...changes }: GoalPool): EnginePool =>
      createNativePool({ ...options, ...changes }, dependencies, async () => file)
  return {
    find: async () => {
      const program = await findNativeProgram(cacheDirectory)
      return program === undefined ? undefined : poolOf(program.file)
    },
    pursue: async ({ signal, tryOut }) => {
      const { file } = await buildProgram(
        { cacheDirectory, niceness: BUILD_NICENESS, signal },
        { selfTest: (draft) => tryOut(poolOf(draft)) },
      )
      return poolOf(file)
    },
  }
}

/** llama.cpp: only waited for, since building it takes minutes that somebody must choose to spend. */
function llamaGoal({ program: _, variant: __, improves: ___, ...options }: PortableEngineOptions): EngineGoal {
  const build = findDomain(PORTABLE_DOMAIN_NAME)?.build
  if (build === undefined) throw new InvariantError(`${PORTABLE_DOMAIN_NAME} is not known`)
  const create = ({ dependencies, ...changes }: GoalPool): EnginePool =>
    createLlamaPool({ ...options, ...changes, build }, dependencies)
  const isThere = async (): Promise<boolean> => (await findPortableLibrary(options.cacheDirectory)) !== undefined
  return {
    find: async () => ((await isThere().catch(() => false)) ? create : undefined),
    pursue: async ({ signal, tryOut }) => {
      while (!(await isThere())) await delay(LOOK_EVERY_MS, undefined, { signal })
      await tryOut(create)
      return create
    },
  }
}

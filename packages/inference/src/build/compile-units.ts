import { availableParallelism } from 'node:os'
import { EngineError } from '../engine/engine-error.ts'
import type { Compiler } from './find-compiler.ts'
import { type RunProgramOptions, runProgram } from './run-program.ts'

/** One run of a compiler: its arguments, and the object that it makes. */
export interface CompileUnit {
  readonly object: string
  readonly args: readonly string[]
}

export interface CompileUnitsOptions {
  readonly signal?: AbortSignal
  /** How many compilers run at a time. Default: as many as there are cores. */
  readonly jobs?: number
  /** Priority of the compiler, from 0 (this process's) to 19. Default 0. */
  readonly niceness?: number
  onProgress?(done: number, total: number): void
}

/** Compiles all units, several at a time, and returns the objects. */
export async function compileUnits(
  compiler: Compiler,
  units: readonly CompileUnit[],
  { signal, jobs = availableParallelism(), niceness = 0, onProgress }: CompileUnitsOptions = {},
): Promise<readonly string[]> {
  const waiting = [...units]
  let done = 0
  const work = async (): Promise<void> => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      await compile(compiler, unit.args, { niceness, ...(signal === undefined ? {} : { signal }) })
      done += 1
      onProgress?.(done, units.length)
    }
  }
  // All end before a failure is reported, so that none writes into a folder that is being removed.
  const ended = await Promise.allSettled(
    Array.from({ length: jobs }, () =>
      work().catch((error: unknown) => {
        waiting.length = 0
        throw error
      }),
    ),
  )
  for (const result of ended) if (result.status === 'rejected') throw result.reason
  return units.map(({ object }) => object)
}

/** Runs the compiler; the message quotes its first error. */
export async function compile(
  compiler: Compiler,
  args: readonly string[],
  options: RunProgramOptions = {},
): Promise<void> {
  const { code, stderr } = await runProgram(compiler.program, args, options)
  if (code === 0) return
  throw new EngineError('INFERENCE_BUILD_FAILED', 'The compiler refused the engine', {
    expected: `${compiler.program} ${args.slice(-3).join(' ')}`,
    actual: /.*error:.*/.exec(stderr)?.[0] ?? stderr.trim().slice(0, 400),
    hint: `Needed: ${compiler.needed ?? 'GCC 12 or Clang 15 or later'}. Found: ${compiler.version}.`,
  })
}

import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { EngineError } from '../engine/engine-error.ts'
import type { CompileTarget } from './compile-target.ts'
import type { Compiler } from './find-compiler.ts'
import { PROFILE_FOLDER } from './native-folder.ts'
import { runProgram } from './run-program.ts'

/** The files of ggml's CPU backend that are compiled, below `ggml/src/ggml-cpu`. */
export const GGML_CPU_FILES: readonly string[] = [
  'ops.cpp',
  'ggml-cpu.c',
  'quants.c',
  'binary-ops.cpp',
  'unary-ops.cpp',
  'vec.cpp',
  'repack.cpp',
  'iqp.cpp',
  'ggml-cpu.cpp',
  'traits.cpp',
  'hbm.cpp',
  'amx/amx.cpp',
  'amx/mmq.cpp',
]

/** The project's own. */
export const PROFILE_FILES: readonly string[] = ['portable-kernels.cpp', 'portable-maths.cpp', 'portable-mul-mat.cpp']

/** What `portable-maths.cpp` and `portable-kernels.cpp` define in the place of libm. */
export const OWN_FUNCTIONS: readonly string[] = [
  ...['expf', 'expm1f', 'logf', 'log1pf', 'log2', 'powf', 'tanhf', 'erff'],
  ...['sinf', 'cosf', 'sincosf', 'fmaxf', 'fminf'],
]

/**
 * What the bits rest on: no contraction, and no call of our functions that the compiler folds, merges or replaces. (A square root
 * is exact as an instruction too, which `-fno-math-errno` allows.)
 */
export const STRICT_FLAGS: readonly string[] = [
  ...['-fno-fast-math', '-ffp-contract=off', '-fno-math-errno'],
  ...OWN_FUNCTIONS.map((name) => `-fno-builtin-${name}`),
]

export interface CompileOptions {
  readonly compiler: Compiler
  readonly target: CompileTarget
  /** Unpacked and edited sources: holds `ggml/`. */
  readonly sources: string
  /** Made; receives the objects. */
  readonly objects: string
  /** Flags for experiments that must change bits: after all others. */
  readonly extraFlags?: readonly string[]
  /** Own files to leave out: experiments with the platform's libm. */
  readonly without?: readonly string[]
  readonly signal?: AbortSignal
  /** Compiler runs at a time. Default: all cores. */
  readonly jobs?: number
  onProgress?(done: number, total: number): void
}

/** Compiles the backend's files, several at a time, and returns the objects. */
export async function compileProfile(options: CompileOptions): Promise<readonly string[]> {
  const {
    compiler,
    target,
    sources,
    objects,
    extraFlags = [],
    without = [],
    signal,
    jobs = availableParallelism(),
  } = options
  await mkdir(objects, { recursive: true })
  const ggml = join(sources, 'ggml')
  const include = ['include', 'src', 'src/ggml-cpu'].map((folder) => `-I${join(ggml, folder)}`)
  const shared = [
    ...['-O3', '-DNDEBUG', '-fPIC', '-fvisibility=hidden', '-w', ...target.flags, ...STRICT_FLAGS],
    ...['-DGGML_BACKEND_DL', '-DGGML_BACKEND_BUILD', '-DGGML_BACKEND_SHARED', '-DGGML_SHARED', '-D_GNU_SOURCE'],
    ...[...include, `-I${PROFILE_FOLDER}`, ...extraFlags],
  ]
  const profiled = ['-include', join(PROFILE_FOLDER, 'portable-profile.h')]
  const units = [
    ...GGML_CPU_FILES.map((file) => ({ source: join(ggml, 'src/ggml-cpu', file), flags: profiled })),
    ...PROFILE_FILES.filter((file) => !without.includes(file)).map((file) => ({
      source: join(PROFILE_FOLDER, file),
      flags: file === 'portable-mul-mat.cpp' ? profiled : [],
    })),
  ]
  let done = 0
  const queue = units.map(({ source, flags }) => {
    const language = source.endsWith('.c') ? ['-x', 'c', '-std=c11'] : ['-x', 'c++', '-std=c++17']
    const object = join(objects, `${basename(source)}.o`)
    return { object, args: [...language, ...shared, ...flags, '-c', source, '-o', object] }
  })
  const waiting = [...queue]
  const work = async (): Promise<void> => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      await compile(compiler, unit.args, signal)
      done += 1
      options.onProgress?.(done, queue.length)
    }
  }
  // All have ended before a failure is reported: nobody writes into a folder that is being removed.
  const ended = await Promise.allSettled(
    Array.from({ length: jobs }, () =>
      work().catch((error: unknown) => {
        waiting.length = 0
        throw error
      }),
    ),
  )
  for (const result of ended) if (result.status === 'rejected') throw result.reason
  return queue.map(({ object }) => object)
}

/** Runs the compiler; its first error becomes the message's. */
export async function compile(compiler: Compiler, args: readonly string[], signal?: AbortSignal): Promise<void> {
  const { code, stderr } = await runProgram(compiler.program, args, signal === undefined ? {} : { signal })
  if (code === 0) return
  throw new EngineError('INFERENCE_BUILD_FAILED', 'The compiler refused the portable library', {
    expected: `${compiler.program} ${args.slice(-3).join(' ')}`,
    actual: /.*error:.*/.exec(stderr)?.[0] ?? stderr.trim().slice(0, 400),
    hint: `Needed: GCC 12 or Clang 15 or later. Found: ${compiler.version}.`,
  })
}

import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CompileTarget } from './compile-target.ts'
import { type CompileUnitsOptions, compileUnits } from './compile-units.ts'
import type { Compiler } from './find-compiler.ts'
import { PROFILE_FOLDER } from './native-folder.ts'

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

/** The project's own files. */
export const PROFILE_FILES: readonly string[] = ['portable-kernels.cpp', 'portable-maths.cpp', 'portable-mul-mat.cpp']

/** What `portable-maths.cpp` and `portable-kernels.cpp` define instead of libm. */
export const OWN_FUNCTIONS: readonly string[] = [
  ...['expf', 'expm1f', 'logf', 'log1pf', 'log2', 'powf', 'tanhf', 'erff'],
  ...['sinf', 'cosf', 'sincosf', 'fmaxf', 'fminf'],
]

/**
 * What the bits depend on: no contraction, and no call of our functions that the compiler folds, merges or replaces. (A
 * square root is exact as an instruction too, which `-fno-math-errno` allows.)
 */
export const STRICT_FLAGS: readonly string[] = [
  ...['-fno-fast-math', '-ffp-contract=off', '-fno-math-errno'],
  ...OWN_FUNCTIONS.map((name) => `-fno-builtin-${name}`),
]

export interface CompileOptions extends CompileUnitsOptions {
  readonly compiler: Compiler
  readonly target: CompileTarget
  /** Unpacked and edited sources, with `ggml/` in it. */
  readonly sources: string
  /** Created; receives the objects. */
  readonly objects: string
  /** Flags for experiments that must change bits; they come last. */
  readonly extraFlags?: readonly string[]
  /** The project's files to leave out, for experiments with the platform's libm. */
  readonly without?: readonly string[]
}

/** Compiles the backend's files, several at a time, and returns the objects. */
export async function compileProfile(options: CompileOptions): Promise<readonly string[]> {
  const { compiler, target, sources, objects, extraFlags = [], without = [] } = options
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
  const queue = units.map(({ source, flags }) => {
    const language = source.endsWith('.c') ? ['-x', 'c', '-std=c11'] : ['-x', 'c++', '-std=c++17']
    const object = join(objects, `${basename(source)}.o`)
    return { object, args: [...language, ...shared, ...flags, '-c', source, '-o', object] }
  })
  return await compileUnits(compiler, queue, options)
}

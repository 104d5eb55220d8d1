import { join } from 'node:path'
import { NATIVE_FOLDER } from './native-folder.ts'

/*
 * How the engine's own sources become a program and a module: one compiler run each. The bits depend on no
 * operation being contracted, reordered or approximated; the sources call no library that computes.
 */

/** The sources of the engine of the domain portable-1. */
export const ENGINE_FOLDER: string = join(NATIVE_FOLDER, 'engine')

/** Flags for both. */
const STRICT_C: readonly string[] = ['-std=gnu11', '-O3', '-fno-fast-math', '-fno-math-errno', '-ffp-contract=off']

/**
 * GCC and Clang take these, for any processor: the sources choose instructions at run time. The scheduling for
 * x86-64 changes no bit (measured: 2 % faster with AVX-512).
 */
export const PROGRAM_FLAGS: readonly string[] = [
  ...STRICT_C,
  ...(process.arch === 'x64' ? ['-mtune=haswell'] : []),
  '-w',
]

/** Flags for the program. */
export const PROGRAM_SOURCE: string = join(ENGINE_FOLDER, 'worker.c')

/**
 * Debian's Clang 14, whose output is the same bytes everywhere: it contains no names, versions or paths. No relaxed
 * SIMD and no threads: they do not give the same bits, or run, everywhere. The stack comes first, so that an overflow
 * traps.
 */
export const MODULE_FLAGS: readonly string[] = [
  ...['--target=wasm32', ...STRICT_C, '-w', '-ffreestanding', '-nostdlib', '-fvisibility=hidden'],
  ...[
    '-msimd128',
    '-mbulk-memory',
    '-Wl,--no-entry',
    '-Wl,--strip-all',
    '-Wl,--stack-first',
    '-Wl,-z,stack-size=262144',
  ],
]

/** Flags for the module. */
export const MODULE_SOURCE: string = join(ENGINE_FOLDER, 'wasm.c')

/** What the module that comes with the program was compiled with. */
export const MODULE_COMPILER_MAJOR = 14

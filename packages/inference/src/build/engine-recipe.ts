import { join } from 'node:path'
import { NATIVE_FOLDER } from './native-folder.ts'

/*
 * How the engine's own sources become a program and a module: one compiler run each. What the bits rest on is that no
 * operation is contracted, reordered or approximated; the sources call no library that computes.
 */

/** The sources of the engine of the domain portable-1. */
export const ENGINE_FOLDER: string = join(NATIVE_FOLDER, 'engine')

/** Flags of both. */
const STRICT_C: readonly string[] = ['-std=gnu11', '-O3', '-fno-fast-math', '-fno-math-errno', '-ffp-contract=off']

/**
 * GCC and Clang take these, for any processor: the sources themselves choose instructions when they run. How x86-64 is
 * scheduled for changes no bit (measured: 2 % faster with AVX-512).
 */
export const PROGRAM_FLAGS: readonly string[] = [
  ...STRICT_C,
  ...(process.arch === 'x64' ? ['-mtune=haswell'] : []),
  '-w',
]

/** Of the program. */
export const PROGRAM_SOURCE: string = join(ENGINE_FOLDER, 'worker.c')

/**
 * Debian's Clang 14, whose output is the same bytes everywhere: names, versions and paths do not go in. No relaxed SIMD
 * and no threads: neither gives the same bits, or runs, everywhere. The stack comes first, so that what overflows it
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

/** Of the module. */
export const MODULE_SOURCE: string = join(ENGINE_FOLDER, 'wasm.c')

/** What the module that comes with the program was compiled with. */
export const MODULE_COMPILER_MAJOR = 14

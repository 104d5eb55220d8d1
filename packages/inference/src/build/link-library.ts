import { join } from 'node:path'

import { compile } from './compile-units.ts'
import type { Compiler } from './find-compiler.ts'
import { PROFILE_FOLDER } from './native-folder.ts'
import { PORTABLE_LIBRARY } from './portable-key.ts'

export interface LinkOptions {
  readonly compiler: Compiler
  readonly objects: readonly string[]
  /** Folder of the binding's `libggml-base.so`: the library must use that one, never a copy. */
  readonly binaries: string
  /** Created by the link. */
  readonly output: string
  readonly signal?: AbortSignal
  /** Priority of the compiler, from 0 (this process's) to 19. Default 0. */
  readonly niceness?: number
}

/**
 * Links the library, without libm: a function of it that is still needed stops the link, so the platform's cannot slip
 * in. The library exports none of our own functions.
 */
export async function linkLibrary({
  compiler,
  objects,
  binaries,
  output,
  signal,
  niceness = 0,
}: LinkOptions): Promise<void> {
  const args = [
    ...['-shared', '-nodefaultlibs', `-Wl,-soname,${PORTABLE_LIBRARY}`, '-Wl,--no-undefined', '-Wl,-z,noexecstack'],
    `-Wl,--version-script=${join(PROFILE_FOLDER, 'exports.map')}`,
    ...objects,
    ...[join(binaries, 'libggml-base.so'), `-Wl,-rpath-link,${binaries}`],
    ...['-lstdc++', '-lgcc_s', '-lgcc', '-lc', '-o', output],
  ]
  await compile(compiler, args, { niceness, ...(signal === undefined ? {} : { signal }) })
}

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GGML_CPU_FILES, PROFILE_FILES, STRICT_FLAGS } from './compile-profile.ts'
import type { CompileTarget } from './compile-target.ts'
import { GGML_EDITS } from './ggml-edits.ts'
import { GGML_BUNDLE } from './ggml-sources.ts'
import { PROFILE_FOLDER } from './native-folder.ts'

/** The library's file name: llama.cpp loads it if no module with a score is next to it. */
export const PORTABLE_LIBRARY = 'libggml-cpu.so'

/**
 * Folder of the library for `target` in a cache: named by the hash of everything it is made of, so versions are never
 * mixed up.
 */
export function portableFolderName(target: CompileTarget): string {
  const hash = createHash('sha256').update(GGML_BUNDLE.sha256)
  for (const file of readdirSync(PROFILE_FOLDER).sort()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(PROFILE_FOLDER, file)))
      .update('\0')
  }
  hash.update(JSON.stringify([GGML_EDITS, GGML_CPU_FILES, PROFILE_FILES, STRICT_FLAGS, target]))
  return `portable-${target.name}-${hash.digest('hex').slice(0, 16)}`
}

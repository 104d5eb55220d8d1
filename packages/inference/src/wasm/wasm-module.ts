import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GGML_EDITS } from '../build/ggml-edits.ts'
import { GGML_BUNDLE } from '../build/ggml-sources.ts'
import { NATIVE_FOLDER, PROFILE_FOLDER } from '../build/native-folder.ts'
import { WASM_RECIPE } from './wasm-sources.ts'

/** File of the module in its folder. */
export const WASM_FILE = 'poai-engine.wasm'

/** A built module. */
export interface WasmEngineModule {
  readonly file: string
  /** Lower-case hexadecimal. */
  readonly sha256: string
  /** First line of the compiler's `--version`. */
  readonly compiler: string
}

/** Folder of the module in a cache: by the hash of all that it is made of. */
export function wasmFolder(cacheDirectory: string): string {
  const hash = createHash('sha256').update(GGML_BUNDLE.sha256)
  for (const folder of [PROFILE_FOLDER, join(NATIVE_FOLDER, 'wasm')]) {
    for (const file of readdirSync(folder).sort()) {
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(folder, file)))
        .update('\0')
    }
  }
  hash.update(JSON.stringify([GGML_EDITS, WASM_RECIPE]))
  return join(cacheDirectory, `portable-wasm-${hash.digest('hex').slice(0, 16)}`)
}

/** The module in that cache, if it was built there and is as it was built. */
export async function findWasmModule(cacheDirectory: string): Promise<WasmEngineModule | undefined> {
  const folder = wasmFolder(cacheDirectory)
  const file = join(folder, WASM_FILE)
  const bytes = await readFile(file).catch(() => undefined)
  const record = await readFile(join(folder, 'record.json'), 'utf8').catch(() => undefined)
  if (bytes === undefined || record === undefined) return undefined
  const { sha256, compiler } = readRecord(record)
  if (sha256 !== hashModule(bytes) || typeof compiler !== 'string') return undefined
  return { file, sha256, compiler }
}

/** Empty where it is damaged: then there is no module. */
function readRecord(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}

/** SHA-256 of a module, lower-case hexadecimal. */
export function hashModule(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

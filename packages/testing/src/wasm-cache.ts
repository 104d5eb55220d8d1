import { join } from 'node:path'
import { buildWasm } from '@poai/inference'

/** The same as the native library's: both may be used by one engine. */
const CACHE = join(import.meta.dirname, '../../../.cache/engine')

/** A cache for engines that has the WebAssembly module of `portable-1`, compiled by the first caller. */
export async function prepareWasmCache(): Promise<string> {
  await buildWasm({ cacheDirectory: CACHE })
  return CACHE
}

import { join } from 'node:path'
import { buildProgram } from '@poai/inference'

/** The same as llama.cpp's: all may be used by one engine. */
const CACHE = join(import.meta.dirname, '../../../.cache/engine')

/** A cache for engines that has the native program of `portable-1`, compiled by the first caller. */
export async function prepareProgramCache(): Promise<string> {
  await buildProgram({ cacheDirectory: CACHE })
  return CACHE
}

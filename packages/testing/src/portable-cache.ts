import { join } from 'node:path'
import { buildPortable } from '@poai/inference'

/** Shared by all tests and benches of a checkout, so that the library is compiled once. */
const CACHE = join(import.meta.dirname, '../../../.cache/engine')

/** A cache for engines that has the library of `portable-1`, compiled by the first caller. */
export async function preparePortableCache(): Promise<string> {
  await buildPortable({ cacheDirectory: CACHE })
  return CACHE
}

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/**
 * What was recorded under a name, as JSON. With `POAI_RECORD=1` it is what is found now, and written: do that where
 * something was added on purpose, and read the difference.
 */
export async function recorded<T>(name: string, found: T): Promise<T> {
  const path = fileURLToPath(new URL(`../vectors/${name}.json`, import.meta.url))
  if (process.env['POAI_RECORD'] === '1') await writeFile(path, `${JSON.stringify(found, null, 2)}\n`)
  return JSON.parse(await readFile(path, 'utf8'))
}

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** What a build records next to its result. */
export interface BuildRecord {
  /** SHA-256 of the result, lower-case hexadecimal; compared before each use. */
  readonly sha256: string
  /** First line of the compiler's `--version`. */
  readonly compiler: string
}

/** The record in that file; undefined if there is none or it is damaged. */
export async function readBuildRecord(path: string): Promise<BuildRecord | undefined> {
  try {
    const { sha256, compiler } = Object(JSON.parse(await readFile(path, 'utf8'))) as Readonly<Record<string, unknown>>
    return typeof sha256 === 'string' && typeof compiler === 'string' ? { sha256, compiler } : undefined
  } catch {
    return undefined
  }
}

/** SHA-256 of a file, lower-case hexadecimal. */
export async function hashBuilt(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

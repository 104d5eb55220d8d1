import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Files of recorded vectors, and how many vectors they hold together. */
export interface VectorCount {
  readonly files: number
  readonly vectors: number
}

/** Counts the entries of all top-level lists of `packages/*\/test/spec/vectors/*.vectors.json`. */
export function countVectors(root: string): VectorCount {
  const paths = readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name, 'test', 'spec', 'vectors'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .filter((path) => path.endsWith('.vectors.json'))
  return { files: paths.length, vectors: paths.reduce((sum, path) => sum + entriesOf(path), 0) }
}

function entriesOf(path: string): number {
  const document: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (typeof document !== 'object' || document === null) throw new Error(`${path} is not an object of lists`)
  return Object.values(document)
    .filter((member) => Array.isArray(member))
    .reduce((sum, list) => sum + list.length, 0)
}

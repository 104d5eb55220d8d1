import type { PackageManifest } from './order-packages.ts'

/** The condition that resolves to TypeScript inside the workspace. */
const SOURCE_CONDITION = 'source'

export interface PublishOptions {
  /** Dependencies that are in the tarball itself; see `carryDependency`. */
  readonly carried?: readonly string[]
  /** Everything is in the files: nobody needs what they were bundled from. */
  readonly isBundled?: boolean
}

/**
 * The package.json that users get. The `source` condition stays in the workspace: Node refuses TypeScript below
 * node_modules, so a user who runs with that condition for packages of his own would otherwise break on ours.
 *
 * Only the package with the command says which Node it wants, because it brings along the Node that the others need:
 * under an older one, npm would warn about each of them.
 */
export function publishManifest(
  manifest: PackageManifest,
  { carried = [], isBundled = false }: PublishOptions = {},
): PackageManifest {
  const left = ['private', 'scripts', 'devDependencies']
  if (manifest.bin === undefined) left.push('engines')
  if (isBundled) left.push('dependencies')
  const published = withoutKeys(manifest, left)
  return {
    ...published,
    ...(manifest.exports === undefined ? {} : { exports: withoutSource(manifest.exports) }),
    ...(manifest.files === undefined ? {} : { files: manifest.files.filter((entry) => entry !== 'src') }),
    ...(carried.length === 0 ? {} : { bundleDependencies: carried }),
  }
}

function withoutSource(exports: unknown): unknown {
  if (typeof exports !== 'object' || exports === null) return exports
  const kept = Object.entries(exports).filter(([condition]) => condition !== SOURCE_CONDITION)
  return Object.fromEntries(kept.map(([condition, target]) => [condition, withoutSource(target)]))
}

function withoutKeys<T extends object>(value: T, keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key))) as T
}

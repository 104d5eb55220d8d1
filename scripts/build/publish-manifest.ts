import type { PackageManifest } from './order-packages.ts'

/** The condition that resolves to TypeScript inside the workspace. */
const SOURCE_CONDITION = 'source'

/**
 * The package.json that users get. The `source` condition stays in the workspace: Node refuses TypeScript below
 * node_modules, so a user who runs with that condition for packages of his own would otherwise break on ours.
 */
export function publishManifest(manifest: PackageManifest): PackageManifest {
  const published = withoutKeys(manifest, ['private', 'scripts', 'devDependencies'])
  return {
    ...published,
    ...(manifest.exports === undefined ? {} : { exports: withoutSource(manifest.exports) }),
    ...(manifest.files === undefined ? {} : { files: manifest.files.filter((entry) => entry !== 'src') }),
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

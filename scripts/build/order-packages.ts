import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The fields of a package.json that building reads. */
export interface PackageManifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports?: unknown
  readonly bin?: string | Readonly<Record<string, string>>
  readonly files?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly bundleDependencies?: readonly string[]
}

/** One package of the workspace, as building sees it. */
export interface BuildPackage {
  /** Absolute path. */
  readonly folder: string
  readonly manifest: PackageManifest
}

/** Reads the packages of a checkout. */
export function readPackages(root: string): BuildPackage[] {
  return readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, 'packages', entry.name))
    .sort()
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
}

/** Orders packages so that each comes after those it depends on: a package is compiled against their declarations. */
export function orderPackages(packages: readonly BuildPackage[]): BuildPackage[] {
  const ordered: BuildPackage[] = []
  const path: string[] = []
  const visit = (member: BuildPackage): void => {
    const { name, dependencies } = member.manifest
    if (ordered.includes(member)) return
    if (path.includes(name))
      throw new Error(`packages depend on each other in a circle: ${[...path, name].join(' -> ')}`)
    path.push(name)
    for (const other of packages) {
      if (dependencies !== undefined && Object.hasOwn(dependencies, other.manifest.name)) visit(other)
    }
    path.pop()
    ordered.push(member)
  }
  for (const member of packages) visit(member)
  return ordered
}

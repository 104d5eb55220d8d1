import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The fields of a package.json that the layer check reads. */
export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** One TypeScript file, with its path from the root of the checkout (forward slashes). */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** One folder of `packages/`. */
export interface WorkspacePackage {
  /** Name of the folder, such as `core`. */
  readonly folder: string
  readonly manifest: Manifest
  /** Text of package.json, to find the line of a fault. */
  readonly manifestText: string
  readonly sources: readonly SourceFile[]
  readonly tests: readonly SourceFile[]
}

/** The folder `examples/`. */
export interface Examples {
  readonly manifest: Manifest
  /** Text of package.json, to find the line of a fault. */
  readonly manifestText: string
  readonly sources: readonly SourceFile[]
}

/** Everything that the layer check looks at. */
export interface Workspace {
  readonly packages: readonly WorkspacePackage[]
  /** Development dependencies of the root, which every test may import. */
  readonly rootDevDependencies: Readonly<Record<string, string>>
}

/** Reads every package of a checkout into memory. */
export function readWorkspace(root: string): Workspace {
  const folders = readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, 'packages', entry.name, 'package.json')))
    .map((entry) => entry.name)
    .sort()
  const rootManifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return {
    packages: folders.map((folder) => readPackage(root, folder)),
    rootDevDependencies: rootManifest.devDependencies ?? {},
  }
}

/** Reads the examples of a checkout into memory. */
export function readExamples(root: string): Examples {
  const manifestText = readFileSync(join(root, 'examples', 'package.json'), 'utf8')
  return { manifest: JSON.parse(manifestText), manifestText, sources: readSources(root, 'examples') }
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const manifestText = readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')
  return {
    folder,
    manifest: JSON.parse(manifestText),
    manifestText,
    sources: readSources(root, `packages/${folder}/src`),
    tests: readSources(root, `packages/${folder}/test`),
  }
}

function readSources(root: string, folder: string): SourceFile[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?tsx?$/.test(name) && !name.includes('node_modules'))
    .sort()
    .map((name) => {
      const path = `${folder}/${name.replaceAll('\\', '/')}`
      return { path, text: readFileSync(join(root, path), 'utf8') }
    })
}

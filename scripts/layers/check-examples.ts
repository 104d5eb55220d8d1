import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { packageName } from './check-imports.ts'
import { EXACT_VERSION, lineOf } from './check-manifest.ts'
import { findImports } from './find-imports.ts'
import { type Fault, SCOPE } from './layer-table.ts'
import type { Examples, Workspace } from './read-workspace.ts'

/**
 * Checks the examples: each is a folder of its own, and imports only what somebody could who installed the published
 * packages.
 */
export function checkExamples(examples: Examples, { packages }: Workspace): Fault[] {
  const published = new Map(
    packages.filter(({ manifest }) => manifest.private !== true).map(({ manifest }) => [manifest.name, manifest]),
  )
  const { dependencies = {}, devDependencies = {} } = examples.manifest
  const declared = { ...dependencies, ...devDependencies }
  const ofManifest = Object.entries(declared).flatMap(([name, version]) => {
    const problem = judgeDependency(name, version, published.get(name)?.version)
    if (problem === undefined) return []
    return [{ file: 'examples/package.json', line: lineOf(examples.manifestText, `"${name}"`), message: problem }]
  })
  const ofSources = examples.sources.flatMap(({ path, text }) =>
    findImports(text).flatMap(({ specifier, line }) => {
      const problem = judgeImport(specifier, path, declared)
      return problem === undefined ? [] : [{ file: path, line, message: `imports '${specifier}': ${problem}` }]
    }),
  )
  return [...ofManifest, ...ofSources]
}

function judgeDependency(name: string, version: string, published: string | undefined): string | undefined {
  if (!EXACT_VERSION.test(version)) return `${name} has the range ${version}: name one exact version`
  if (!name.startsWith(SCOPE)) return undefined
  if (published === undefined) return `${name} is not published: an example uses what everybody can install`
  return published === version ? undefined : `${name} is asked for as ${version}, but the workspace has ${published}`
}

function judgeImport(specifier: string, path: string, declared: Readonly<Record<string, string>>): string | undefined {
  if (isBuiltin(specifier)) return undefined
  if (specifier.startsWith('.')) {
    const home = path.split('/', 2).join('/')
    const target = posix.join(posix.dirname(path), specifier)
    return target.startsWith(`${home}/`) ? undefined : `leaves ${home}: an example stands by itself`
  }
  const name = packageName(specifier)
  return Object.hasOwn(declared, name) ? undefined : `not declared; add "${name}" to examples/package.json`
}

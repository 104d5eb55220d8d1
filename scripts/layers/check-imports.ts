import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { findImports } from './find-imports.ts'
import {
  adviseOnDirection,
  describePackage,
  type Fault,
  isAllowedDependency,
  type LayerTable,
  SCOPE,
  TEST_ONLY_PACKAGE,
} from './layer-table.ts'
import type { Manifest, SourceFile, Workspace, WorkspacePackage } from './read-workspace.ts'

interface Place {
  readonly member: WorkspacePackage
  readonly file: SourceFile
  readonly isTest: boolean
  readonly workspace: Workspace
  readonly table: LayerTable
}

/** Checks every import of one package, in its sources and its tests, against the layer table and its package.json. */
export function checkImports(member: WorkspacePackage, workspace: Workspace, table: LayerTable): Fault[] {
  const sources = member.sources.flatMap((file) => checkFile({ member, file, isTest: false, workspace, table }))
  const tests = member.tests.flatMap((file) => checkFile({ member, file, isTest: true, workspace, table }))
  return [...sources, ...tests]
}

function checkFile(place: Place): Fault[] {
  return findImports(place.file.text).flatMap(({ specifier, line }) => {
    const problem = judgeImport(specifier, place)
    if (problem === undefined) return []
    return [{ file: place.file.path, line, message: `imports '${specifier}': ${problem}` }]
  })
}

/** What is wrong with an import, and what to do about it; undefined when it is fine. */
function judgeImport(specifier: string, place: Place): string | undefined {
  if (specifier.startsWith('.')) return judgeRelative(specifier, place)
  // `#name` is defined by the package itself; builtins are the business of the lint's determinism boundary.
  if (specifier.startsWith('#') || isBuiltin(specifier)) return undefined
  if (specifier.startsWith('/') || specifier.startsWith('file:'))
    return 'an absolute path exists on one machine only; use a relative path'
  const name = packageName(specifier)
  const sibling = name.startsWith(SCOPE) ? name.slice(SCOPE.length) : undefined
  return (sibling === undefined ? undefined : judgeDirection(sibling, place)) ?? judgeDeclaration(name, place)
}

function judgeRelative(specifier: string, place: Place): string | undefined {
  const target = posix.join(posix.dirname(place.file.path), specifier)
  const home = `packages/${place.member.folder}/`
  if (!target.startsWith(home)) {
    const other = /^packages\/([^/]+)\//.exec(target)?.[1]
    if (other === undefined)
      return `leaves packages/${place.member.folder}; move the file into the package, or pass its content in`
    return `leaves packages/${place.member.folder} for packages/${other}; import from '${SCOPE}${other}', which only shows what that package exports`
  }
  if (!place.isTest && target.startsWith(`${home}test/`))
    return 'sources must not import tests; move the code to src or to the testing package'
  return undefined
}

function judgeDirection(sibling: string, { member, isTest, table }: Place): string | undefined {
  const from = member.folder
  if (sibling === from) return isTest ? undefined : 'a package must not import itself by name; use a relative path'
  if (isTest && sibling === TEST_ONLY_PACKAGE) return undefined
  if (isAllowedDependency(from, sibling, table)) return undefined
  return `${describePackage(from, table)} must not use ${describePackage(sibling, table)}; ${adviseOnDirection(from, sibling, table)}`
}

function judgeDeclaration(name: string, { member, isTest, workspace }: Place): string | undefined {
  if (name === member.manifest.name || isDeclared(name, member.manifest)) return undefined
  if (
    isTest &&
    (Object.hasOwn(member.manifest.devDependencies ?? {}, name) || Object.hasOwn(workspace.rootDevDependencies, name))
  )
    return undefined
  const field = isTest ? 'devDependencies' : 'dependencies'
  return `not declared; add "${name}" with its exact version to ${field} of packages/${member.folder}/package.json (it resolves only because npm hoists it)`
}

function isDeclared(name: string, manifest: Manifest): boolean {
  return [manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies].some(
    (field) => field !== undefined && Object.hasOwn(field, name),
  )
}

/** `@scope/name` or `name` of a specifier that may go on with a path. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

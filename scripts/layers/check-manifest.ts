import {
  adviseOnDirection,
  describePackage,
  type Fault,
  isAllowedDependency,
  type LayerTable,
  SCOPE,
  TEST_ONLY_PACKAGE,
} from './layer-table.ts'
import type { Workspace, WorkspacePackage } from './read-workspace.ts'

/** A version without a range, which is the same on every machine; an alias (`npm:name@1.2.3`) may carry it. */
export const EXACT_VERSION = /^(npm:.+@)?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/

const RUNTIME_FIELDS = ['dependencies', 'peerDependencies', 'optionalDependencies'] as const

/** Checks one package.json against the layer table: its name, the direction of its dependencies, and exact versions. */
export function checkManifest(member: WorkspacePackage, workspace: Workspace, table: LayerTable): Fault[] {
  const faults: Fault[] = []
  const report = (needle: string, message: string): void => {
    faults.push({ file: `packages/${member.folder}/package.json`, line: lineOf(member.manifestText, needle), message })
  }
  const { folder, manifest } = member
  if (folder !== TEST_ONLY_PACKAGE && table[folder] === undefined) {
    report(
      '"name"',
      `${folder} is not in the layer table: give it a row in scripts/check-layers.ts and docs/ARCHITECTURE.md`,
    )
  }
  if (manifest.name !== `${SCOPE}${folder}`) {
    report(
      '"name"',
      `the name is ${manifest.name ?? 'missing'}, expected ${SCOPE}${folder}: packages are named after their folder`,
    )
  }
  for (const field of RUNTIME_FIELDS) {
    for (const [name, version] of Object.entries(manifest[field] ?? {})) {
      const sibling = name.startsWith(SCOPE) ? name.slice(SCOPE.length) : undefined
      if (sibling !== undefined && !isAllowedDependency(folder, sibling, table)) {
        report(
          `"${name}"`,
          `${describePackage(folder, table)} must not depend on ${describePackage(sibling, table)}: ${adviseOnDirection(folder, sibling, table)}`,
        )
      }
      if (!EXACT_VERSION.test(version)) {
        report(`"${name}"`, `${name} has the range ${version}: name one exact version`)
      }
    }
  }
  for (const field of [...RUNTIME_FIELDS, 'devDependencies'] as const) {
    for (const [name, version] of Object.entries(manifest[field] ?? {})) {
      const sibling = workspace.packages.find((other) => other.manifest.name === name)
      if (sibling !== undefined && sibling.manifest.version !== version) {
        report(
          `"${name}"`,
          `${name} is asked for as ${version}, but the workspace has ${sibling.manifest.version ?? 'no version'}: write that`,
        )
      }
    }
  }
  return faults
}

/** The line of the first place of some words, from 1. */
export function lineOf(text: string, needle: string): number {
  const position = text.indexOf(needle)
  return position === -1 ? 1 : text.slice(0, position).split('\n').length
}

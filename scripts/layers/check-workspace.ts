import { checkImports } from './check-imports.ts'
import { checkManifest } from './check-manifest.ts'
import type { Fault, LayerTable } from './layer-table.ts'
import type { Workspace } from './read-workspace.ts'

/** Every breach of the layering in a workspace, in the order of packages and files. */
export function checkWorkspace(workspace: Workspace, table: LayerTable): Fault[] {
  return workspace.packages.flatMap((member) => [
    ...checkManifest(member, workspace, table),
    ...checkImports(member, workspace, table),
  ])
}

/** Layer of each package; an arrow points from a higher number to a lower one, never sideways or up. */
export type LayerTable = Readonly<Record<string, number>>

/** A package that only tests may import, and that may import every layer. */
export const TEST_ONLY_PACKAGE = 'testing'

/** The npm scope of every package of the workspace. */
export const SCOPE = '@poai/'

/** One breach of the layering, ready to be printed as `file:line  message`. */
export interface Fault {
  readonly file: string
  readonly line: number
  readonly message: string
}

/** `"chain (layer 3)"`, as messages name a package. */
export function describePackage(name: string, table: LayerTable): string {
  if (name === TEST_ONLY_PACKAGE) return `${name} (tests only)`
  const layer = table[name]
  return layer === undefined ? `${name} (not in the layer table)` : `${name} (layer ${layer})`
}

/** Whether the sources of one package may depend on another. */
export function isAllowedDependency(from: string, to: string, table: LayerTable): boolean {
  const lower = table[to]
  if (lower === undefined) return false
  if (from === TEST_ONLY_PACKAGE) return true
  const upper = table[from]
  return upper !== undefined && lower < upper
}

/** What to do about a dependency that points sideways or up. */
export function adviseOnDirection(from: string, to: string, table: LayerTable): string {
  if (to === TEST_ONLY_PACKAGE)
    return `move the code that needs it under packages/${from}/test, and list it in devDependencies`
  const sideways = table[from] === table[to]
  const move = 'or move the shared part to a layer below both'
  return sideways
    ? `siblings do not know each other: take what you need as an interface in the dependencies, wire it in node, ${move}`
    : `arrows point down only: declare the interface in ${from} and let ${to} implement it, ${move}`
}

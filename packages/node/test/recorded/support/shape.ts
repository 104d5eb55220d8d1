/** Types of everything in a document by its path, such as `head.number`; `*` stands for every element of a list. */
export type Shape = Readonly<Record<string, readonly string[]>>

/** The type, in a recording, of what is not always there. */
const NOTHING = 'nothing'

/** The types in several documents of one kind. An object's type is the names of its members. */
export function shapeOf(documents: readonly unknown[]): Shape {
  const found = new Map<string, Set<string>>()
  const look = (path: string, value: unknown): void => {
    found.set(path, (found.get(path) ?? new Set()).add(typeOf(value)))
    if (Array.isArray(value)) for (const element of value) look(join(path, '*'), element)
    else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) look(join(path, name), member)
    }
  }
  for (const document of documents) look('', document)
  const paths = [...found].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(paths.map(([path, types]) => [path, [...types].sort()]))
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'object') return `{ ${Object.keys(value).sort().join(', ')} }`
  return typeof value
}

/** How a shape differs from the recorded one: what it has besides, and what it lacks. */
export function differences(found: Shape, recording: Shape): readonly string[] {
  const faults: string[] = []
  for (const [path, types] of Object.entries(found)) {
    const known = recording[path]
    for (const type of types) if (known?.includes(type) !== true) faults.push(`${path} is ${type}`)
  }
  // Which of several types a member has depends on the moment.
  for (const [path, types] of Object.entries(recording)) {
    if (found[path] === undefined && !types.includes(NOTHING)) faults.push(`there is no ${path}`)
  }
  return faults
}

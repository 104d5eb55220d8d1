/** The part of JSON Schema that the document of the methods uses. */
export interface Schema {
  readonly title?: string
  readonly type?: string
  readonly pattern?: string
  readonly enum?: readonly unknown[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

/** A method as `rpc.discover` tells of it. */
export interface DiscoveredMethod {
  readonly name: string
  readonly params: readonly { readonly name: string; readonly required: boolean; readonly schema: Schema }[]
  readonly result: { readonly schema: Schema }
}

/** A method in a line that a person can compare: its parameters, and what it answers. */
export function signatureOf({ name, params, result }: DiscoveredMethod): string {
  const list = params.map((param) => `${param.name}${param.required ? '' : '?'}: ${textOf(param.schema)}`)
  return `${name}(${list.join(', ')}): ${textOf(result.schema)}`
}

/** A schema in the words of TypeScript. */
function textOf({ title, type, pattern, enum: words, oneOf, items, properties, required = [] }: Schema): string {
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(' | ')
  if (oneOf !== undefined) return oneOf.map(textOf).join(' | ')
  if (properties !== undefined) {
    const members = Object.entries(properties).map(
      ([name, schema]) => `${name}${required.includes(name) ? '' : '?'}: ${textOf(schema)}`,
    )
    return `{ ${members.join(', ')} }`
  }
  if (items !== undefined) return `(${textOf(items)})[]`
  return title ?? (pattern === undefined ? (type ?? 'any') : `${type} ${pattern}`)
}

/** Where a signature says no more than that something is an object, a list, or anything. */
const VAGUE = /\b(?:object|array|any)\b/

/** Whether a method is as it was recorded, or only says more closely what its answer is. */
export function isStill(recorded: string, now: string): boolean {
  const answer = recorded.lastIndexOf('): ')
  if (recorded.slice(0, answer) !== now.slice(0, answer)) return false
  const known = recorded.slice(answer).split(VAGUE).map(RegExp.escape)
  return new RegExp(`^${known.join('.+')}$`).test(now.slice(answer))
}

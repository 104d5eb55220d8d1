import type { JsonValue } from '@poai/core'
import type { JsonSchema } from '../schema/json-schema.ts'

/** Where a value differs from its schema. */
export interface Mismatch {
  /** `head.number`; empty for the value as a whole. */
  readonly path: string
  readonly expected: string
  readonly actual: string
}

/**
 * The first place where a value differs from a schema. Understands the part of JSON Schema that this package uses.
 * Members that the schema does not know are no mismatch: later versions add some.
 */
export function findMismatch(schema: JsonSchema, value: unknown, path = ''): Mismatch | undefined {
  const parts = schema['oneOf'] ?? schema['anyOf']
  if (Array.isArray(parts)) return mismatchOfAll(parts.map(asSchema), value, path)
  if (!isOfType(schema['type'], value) || !isWithin(schema, value)) return mismatch(schema, value, path)
  if (Array.isArray(value)) return mismatchOfItems(schema, value, path)
  return isObject(value) ? mismatchOfMembers(schema, value, path) : undefined
}

function mismatch(schema: JsonSchema, value: unknown, path: string): Mismatch {
  return { path, expected: expectedBy(schema), actual: describe(value) }
}

/** If an alternative is of the value's kind, the mismatch is inside it. */
function mismatchOfAll(parts: readonly JsonSchema[], value: unknown, path: string): Mismatch | undefined {
  const found = parts.map((part) => findMismatch(part, value, path))
  if (found.includes(undefined)) return undefined
  const inner = found.find((each) => each?.path !== path)
  const expected = [...new Set(found.map((each) => each?.expected ?? ''))].join(' or ')
  return inner ?? { path, expected, actual: describe(value) }
}

function mismatchOfItems(
  { items, maxItems }: JsonSchema,
  value: readonly unknown[],
  path: string,
): Mismatch | undefined {
  if (typeof maxItems === 'number' && value.length > maxItems) {
    return { path, expected: `at most ${maxItems} items`, actual: `${value.length}` }
  }
  if (items === undefined) return undefined
  for (const [index, item] of value.entries()) {
    const found = findMismatch(asSchema(items), item, `${path}[${index}]`)
    if (found !== undefined) return found
  }
  return undefined
}

function mismatchOfMembers(
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  path: string,
): Mismatch | undefined {
  const { properties, required, additionalProperties } = schema
  const members = isObject(properties) ? properties : {}
  const inside = (name: string): string => (path === '' ? name : `${path}.${name}`)
  for (const name of Array.isArray(required) ? required.map(String) : []) {
    if (!Object.hasOwn(value, name)) {
      return { path: inside(name), expected: expectedBy(asSchema(members[name])), actual: 'nothing' }
    }
  }
  for (const [name, member] of Object.entries(value)) {
    const known = Object.hasOwn(members, name) ? members[name] : additionalProperties
    const found = isObject(known) ? findMismatch(asSchema(known), member, inside(name)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function isOfType(type: unknown, value: unknown): boolean {
  switch (type) {
    case undefined:
      return true
    case 'null':
      return value === null
    case 'integer':
      return Number.isInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    default:
      return typeof value === type
  }
}

function isWithin(schema: JsonSchema, value: unknown): boolean {
  const { pattern, minimum, maximum } = schema
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value as JsonValue)) return false
  if (typeof value === 'string') return typeof pattern !== 'string' || new RegExp(pattern).test(value)
  if (typeof value !== 'number') return true
  return !(typeof minimum === 'number' && value < minimum) && !(typeof maximum === 'number' && value > maximum)
}

const KINDS: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  string: 'text',
  array: 'a list',
  object: 'an object',
  null: 'null',
}

function expectedBy({ title, type, minimum, enum: words }: JsonSchema): string {
  if (Array.isArray(words)) return words.join(' or ')
  if (typeof title === 'string') return `a ${title}`
  const kind = typeof type === 'string' ? (KINDS[type] ?? type) : 'a value'
  return minimum === 0 ? `${kind}, 0 or more` : kind
}

/** Short: answers may be long. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object inside a schema is a schema. */
function asSchema(value: unknown): JsonSchema {
  return value as JsonSchema
}

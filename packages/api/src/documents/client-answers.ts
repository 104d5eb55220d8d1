import type { JsonValue } from '@poai/core'
import * as schemas from '../answers/schemas.ts'
import type { Method } from '../methods/method.ts'
import type { JsonSchema } from '../schema/json-schema.ts'
import * as scalars from '../schema/scalars.ts'

const OPENING = `// Made from the table of methods: POAI_WRITE_DOCUMENTS=1 npm test -- documents

import * as SCHEMAS from '../answers/schemas.ts'
import { listSchema, orNull, type SchemaOf } from '../schema/json-schema.ts'
import * as RESULTS from '../schema/scalars.ts'
import type { NodeMethods } from './node-methods.ts'

/** The schema of each method's answer, for clients that check answers. */
export const ANSWERS: { readonly [Name in keyof NodeMethods]: SchemaOf<NodeMethods[Name]['result']> } = {
`

/** The schema of every method's answer as a TypeScript module that refers to the schemas by their names. */
export function clientAnswers(methods: readonly Pick<Method, 'name' | 'result'>[]): string {
  const rows = methods.map(({ name, result }) => {
    const key = /^\w+$/.test(name) ? name : `'${name}'`
    return `  ${key}: ${expressionOf(result, name)},\n`
  })
  return `${OPENING}${rows.join('')}}\n`
}

const NAMES: ReadonlyMap<JsonSchema, string> = new Map([
  ...Object.entries<JsonSchema>(scalars).map(([name, schema]) => [schema, `RESULTS.${name}`] as const),
  ...Object.entries<JsonSchema>(schemas).map(([name, schema]) => [schema, `SCHEMAS.${name}`] as const),
])

function expressionOf(schema: JsonSchema, method: string): string {
  const known = NAMES.get(schema)
  if (known !== undefined) return known
  const { oneOf, type, items } = schema
  if (Array.isArray(oneOf)) {
    const [first, last] = oneOf.map(asSchema)
    if (oneOf.length === 2 && first !== undefined && last?.['type'] === 'null') {
      return `orNull(${expressionOf(first, method)})`
    }
    return `{ oneOf: [${oneOf.map((part: JsonValue) => expressionOf(asSchema(part), method)).join(', ')}] }`
  }
  if (type === 'array' && items !== undefined) return `listSchema(${expressionOf(asSchema(items), method)})`
  throw new Error(`the answer of ${method} has no name: put its schema into api/src/answers/schemas.ts`)
}

function asSchema(value: JsonValue): JsonSchema {
  return value as JsonSchema
}

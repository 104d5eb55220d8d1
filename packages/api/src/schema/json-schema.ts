import type { JsonValue } from '@poai/core'

/** A JSON Schema, as OpenRPC documents hold it. */
export type JsonSchema = { readonly [key: string]: JsonValue }

declare const VALUE: unique symbol

/**
 * A schema of values of type `T`. The types are made from the schemas themselves, so that the two cannot differ (see
 * `clientTypes`), and a method that answers something else than its row says does not compile.
 */
export type SchemaOf<T> = JsonSchema & { readonly [VALUE]?: T }

/** Schemas by name. */
export type Members = Readonly<Record<string, JsonSchema>>

/** An object with these members and no others; those in `optional` may be missing. */
export function exactly(members: Members, optional: readonly string[] = []): JsonSchema {
  return { ...open(members, optional), additionalProperties: false }
}

/** An object with these members, and with others that later versions or other parts of the node add. */
export function open(members: Members, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(members).filter((name) => !optional.includes(name))
  return { type: 'object', properties: members, required }
}

/** A list of any length. */
export function listSchema<T>(items: SchemaOf<T>): SchemaOf<readonly T[]> {
  return { type: 'array', items }
}

/** An object whose members all look the same. */
export function mapOf<T>(values: SchemaOf<T>): SchemaOf<{ readonly [name: string]: T }> {
  return { type: 'object', additionalProperties: values }
}

/** One of a few words. */
export function oneWordOf(words: readonly string[]): JsonSchema {
  return { type: 'string', enum: words }
}

/** A schema that documents, and the types of clients, know by name. */
export function named(title: string, schema: JsonSchema): JsonSchema {
  return { title, ...schema }
}

/** A value that may be null: what is not there is no error. */
export function orNull<T>(schema: SchemaOf<T>): SchemaOf<T | null> {
  return { oneOf: [schema, { type: 'null' }] }
}

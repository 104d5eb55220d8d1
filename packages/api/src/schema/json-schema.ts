import type { JsonValue } from '@poai/core'

/** A JSON Schema, as OpenRPC documents hold it. */
export type JsonSchema = { readonly [key: string]: JsonValue }

declare const VALUE: unique symbol

/**
 * A schema of values of type `T`. The types are made from the schemas (see `clientTypes`), so the two cannot differ,
 * and a method that does not answer what its row says does not compile.
 */
export type SchemaOf<T> = JsonSchema & { readonly [VALUE]?: T }

/** Schemas by name. */
export type Members = Readonly<Record<string, JsonSchema>>

/** An object with these members and no others; those in `optional` may be missing. */
export function exactly(members: Members, optional: readonly string[] = []): JsonSchema {
  return { ...open(members, optional), additionalProperties: false }
}

/** An object with these members, and with others that later versions or other features add. */
export function open(members: Members, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(members).filter((name) => !optional.includes(name))
  return { type: 'object', properties: members, required }
}

/** A list of any length. */
export function listSchema<T>(items: SchemaOf<T>): SchemaOf<readonly T[]> {
  return { type: 'array', items }
}

/** An object whose members all have the same schema. */
export function mapOf<T>(values: SchemaOf<T>): SchemaOf<{ readonly [name: string]: T }> {
  return { type: 'object', additionalProperties: values }
}

/** One of a few words. */
export function oneWordOf(words: readonly string[]): JsonSchema {
  return { type: 'string', enum: words }
}

/** A schema that has a name in documents and in the types of clients. */
export function named(title: string, schema: JsonSchema): JsonSchema {
  return { title, ...schema }
}

/** A value that may be null: what does not exist is no error. */
export function orNull<T>(schema: SchemaOf<T>): SchemaOf<T | null> {
  return { oneOf: [schema, { type: 'null' }] }
}

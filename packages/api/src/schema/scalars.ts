import type { Hex, JsonValue } from '@poai/core'
import type { JsonSchema, SchemaOf } from './json-schema.ts'

// Schemas of values without members. All other schemas are made of them.

export const quantity: SchemaOf<Hex> = { title: 'quantity', type: 'string', pattern: '^0x(0|[1-9a-f][0-9a-f]*)$' }
export const data: SchemaOf<Hex> = { title: 'data', type: 'string', pattern: '^0x([0-9a-f]{2})*$' }
export const hash: SchemaOf<Hex> = { title: 'hash', type: 'string', pattern: '^0x[0-9a-f]{64}$' }
export const address: SchemaOf<Hex> = { title: 'address', type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' }
export const bloom: SchemaOf<Hex> = { title: '256 bytes', type: 'string', pattern: '^0x[0-9a-f]{512}$' }
export const flag: SchemaOf<boolean> = { type: 'boolean' }
export const text: SchemaOf<string> = { type: 'string' }
export const any: SchemaOf<JsonValue> = {}
export const nothing: SchemaOf<null> = { type: 'null' }

/** A count. */
export const integer: SchemaOf<number> = { type: 'integer', minimum: 0 }
/** A measured number: a rate, a share, a time. */
export const measure: SchemaOf<number> = { type: 'number', minimum: 0 }
/** A whole number in decimal digits: it may be too large for a plain number. */
export const decimal: JsonSchema = { title: 'decimal', type: 'string', pattern: '^[0-9]+$' }

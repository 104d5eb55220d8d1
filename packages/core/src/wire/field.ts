import type { RlpItem } from '../rlp.ts'

/** One thing wrong with a JSON document, for a person. */
export interface Fault {
  readonly path: string
  readonly expected: string
  readonly actual: string
}

/** What JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** How one type is written in hashed bytes. */
export interface ItemField<T> {
  /** The canonical RLP item. */
  toItem(value: T): RlpItem
  /** The value of an item. Throws a `RuleError` that names `path` if the item is out of bounds or not canonical. */
  fromItem(item: RlpItem, path: string): T
}

/** How one type is written in JSON. */
export interface JsonField<T> {
  toJson(value: T): JsonValue
  /** The value of a JSON member; or undefined, after reporting each fault under `path`. */
  fromJson(value: unknown, path: string, report: (fault: Fault) => void): T | undefined
}

/**
 * How one type is written, in hashed bytes and in JSON. Wire types and network parameters are tables of these, so that
 * a member cannot be in one form and be forgotten in the other.
 */
export interface Field<T> extends ItemField<T>, JsonField<T> {}

/** What a fault shows of an unexpected value: enough to find it, bounded. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return value.length > 40 ? `"${value.slice(0, 40)}…"` : `"${value}"`
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
}

import { invalidParams } from '../methods/rpc-error.ts'
import type { JsonSchema } from './json-schema.ts'

/** How one kind of argument is read from JSON, and what documents say of it. */
export interface Shape<T> {
  readonly schema: JsonSchema
  /** Throws an `RpcError` that names `path`. */
  parse(value: unknown, path: string): T
}

/** An argument of a method. */
export interface Param<T> {
  readonly name: string
  readonly shape: Shape<T>
  readonly isRequired: boolean
}

/** A shape that accepts every value for which `read` returns something. */
export function shape<T>(schema: JsonSchema, expected: string, read: (value: unknown) => T | undefined): Shape<T> {
  return {
    schema,
    parse: (value, path) => {
      const parsed = read(value)
      if (parsed === undefined) throw invalidParams(path, expected)
      return parsed
    },
  }
}

/** An argument that must be there. */
export function required<T>(name: string, of: Shape<T>): Param<T> {
  return { name, shape: of, isRequired: true }
}

/** An argument that may be left out or null. */
export function optional<T>(name: string, of: Shape<T>): Param<T | undefined> {
  return {
    name,
    shape: { schema: of.schema, parse: (value, path) => (isAbsent(value) ? undefined : of.parse(value, path)) },
    isRequired: false,
  }
}

/** An argument that is `fallback` if it is left out or null. */
export function withDefault<T>(name: string, of: Shape<T>, fallback: T): Param<T> {
  const { shape: inner } = optional(name, of)
  return {
    name,
    shape: { schema: of.schema, parse: (value, path) => inner.parse(value, path) ?? fallback },
    isRequired: false,
  }
}

/** A list of at most `max`. */
export function listOf<T>(of: Shape<T>, max: number): Shape<readonly T[]> {
  return {
    schema: { type: 'array', items: of.schema, maxItems: max },
    parse: (value, path) => {
      if (!Array.isArray(value) || value.length > max) throw invalidParams(path, `a list of at most ${max}`)
      return value.map((item: unknown, index) => of.parse(item, `${path}[${index}]`))
    },
  }
}

/** The shapes of an object's members, by name; all of them may be left out. */
export type MemberShapes<T> = { readonly [K in keyof T]-?: Shape<Exclude<T[K], undefined>> }

/** An object with these members; others are ignored, since clients add members of their own. */
export function objectOf<T extends object>(members: MemberShapes<T>): Shape<Partial<T>> {
  const names = Object.keys(members) as (keyof T & string)[]
  const properties = Object.fromEntries(names.map((name) => [name, members[name].schema]))
  return {
    schema: { type: 'object', properties },
    parse: (value, path) => {
      if (!isRecord(value)) throw invalidParams(path, 'an object')
      const parsed: Partial<T> = {}
      for (const name of names) {
        const member = Object.hasOwn(value, name) ? value[name] : undefined
        if (!isAbsent(member)) parsed[name] = members[name].parse(member, `${path}.${name}`)
      }
      return parsed
    },
  }
}

/** The same shape with a name, for documents and the types of clients. */
export function titled<T>(title: string, of: Shape<T>): Shape<T> {
  return { ...of, schema: { title, ...of.schema } }
}

/** True for JSON objects; lists are not objects here. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}

import { invariant } from '../errors/invariant-error.ts'
import { RuleError } from '../errors/rule-error.ts'
import type { RlpItem } from '../rlp.ts'
import { describe, type Fault, type Field, type ItemField, type JsonField, type JsonValue } from './field.ts'
import { itemsOf } from './list-field.ts'

/** One field for each member of a type, in the order in which they are written. */
export type FieldTable<T> = { readonly [Name in keyof T]-?: Field<T[Name]> }

/** The same for JSON alone. */
export type JsonTable<T> = { readonly [Name in keyof T]-?: JsonField<T[Name]> }

/** A type that has grown: members that were always there, and members that came later and may be missing. */
export type Extended<Base, Later> = Base & Partial<Later>

/** Named members in the table's order: a list in RLP, an object in JSON. Unknown JSON members are faults. */
export function structField<T extends object>(table: FieldTable<T>): Field<T> {
  return extensibleField<T, object>(table, {})
}

/**
 * The same with members that came later. They stand at the end, and one may be missing only if all after it are: what
 * was written before they came reads and writes as it did. The reader decides which of them a value must have.
 */
export function extensibleField<Base extends object, Later extends object>(
  base: FieldTable<Base>,
  later: FieldTable<Later>,
): Field<Extended<Base, Later>> {
  return { ...structItems(base, later), ...structJson<Base, Later>(base, later) }
}

type AnyTable<Each> = Readonly<Record<string, Each>>
type AnyValue = Readonly<Record<string, unknown>>

function structItems<Base extends object, Later extends object>(
  base: FieldTable<Base>,
  later: FieldTable<Later>,
): ItemField<Extended<Base, Later>> {
  const table = { ...base, ...later } as AnyTable<ItemField<unknown>>
  const names = Object.keys(table)
  const required = Object.keys(base).length
  return {
    toItem: (value) => {
      const members = value as AnyValue
      const present = countPresent(members, names, required)
      const items: RlpItem[] = []
      for (let index = 0; index < present; index++) {
        const name = names[index] as string
        items.push(fieldOf(table, name).toItem(members[name]))
      }
      return items
    },
    fromItem: (item, path) => {
      const items = itemsOf(item, path)
      if (items.length < required || items.length > names.length) {
        throw new RuleError('FIELD_COUNT', `${path} has the wrong number of members`, {
          expected: required === names.length ? required : `${required} to ${names.length}`,
          actual: items.length,
        })
      }
      const value: Record<string, unknown> = {}
      items.forEach((member, index) => {
        const name = names[index] as string
        value[name] = fieldOf(table, name).fromItem(member, `${path}.${name}`)
      })
      return value as Extended<Base, Later>
    },
  }
}

/** How many members are written: all required ones, and later ones up to the last that is there. */
function countPresent(value: AnyValue, names: readonly string[], required: number): number {
  let present = required
  while (present < names.length && value[names[present] as string] !== undefined) present++
  for (let index = present; index < names.length; index++) {
    const name = names[index] as string
    invariant(value[name] === undefined, `the member ${name} is there, and one before it is not`)
  }
  return present
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object whose `optional` members may be left out. Unknown members are faults. */
export function structJson<Base extends object, Optional extends object>(
  base: JsonTable<Base>,
  optional: JsonTable<Optional>,
): JsonField<Extended<Base, Optional>> {
  const table = { ...base, ...optional } as AnyTable<JsonField<unknown>>
  const names = Object.keys(table)
  return {
    toJson: (value) => {
      const members = value as AnyValue
      const json: Record<string, JsonValue> = {}
      for (const name of names) {
        if (members[name] === undefined && Object.hasOwn(optional, name)) continue
        json[name] = fieldOf(table, name).toJson(members[name])
      }
      return json
    },
    fromJson: (json, path, report) => {
      if (!isRecord(json)) {
        report({ path: path || '(top)', expected: 'an object', actual: describe(json) })
        return undefined
      }
      const before = path === '' ? '' : `${path}.`
      let faulty = false
      const note = (fault: Fault): void => {
        faulty = true
        report(fault)
      }
      for (const name of Object.keys(json)) {
        if (!Object.hasOwn(table, name))
          note({ path: `${before}${name}`, expected: `one of ${names.join(', ')}`, actual: 'an unknown name' })
      }
      const value: Record<string, unknown> = {}
      for (const name of names) {
        const member = Object.hasOwn(json, name) ? json[name] : undefined
        if (member === undefined && Object.hasOwn(optional, name)) continue
        const parsed = fieldOf(table, name).fromJson(member, `${before}${name}`, note)
        if (parsed !== undefined) value[name] = parsed
      }
      return faulty ? undefined : (value as Extended<Base, Optional>)
    },
  }
}

function fieldOf<Each>(table: AnyTable<Each>, name: string): Each {
  return table[name] as Each
}

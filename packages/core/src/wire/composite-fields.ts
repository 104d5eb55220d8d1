import { RuleError } from '../errors/rule-error.ts'
import type { RlpItem } from '../rlp/rlp.ts'
import { describe, type Fault, type Field, type JsonValue } from './field.ts'

function listOf(item: RlpItem, path: string): readonly RlpItem[] {
  if (!(item instanceof Uint8Array)) return item
  throw new RuleError('FIELD_KIND', `${path} is a string`, { expected: 'a list', actual: 'a string' })
}

/** Up to `maxCount` values of one kind. */
export function listField<T>(element: Field<T>, maxCount: number): Field<readonly T[]> {
  return {
    toItem: (values) => values.map((value) => element.toItem(value)),
    fromItem: (item, path) => {
      const items = listOf(item, path)
      if (items.length > maxCount) {
        throw new RuleError('FIELD_COUNT', `${path} has too many entries`, {
          expected: `<= ${maxCount}`,
          actual: items.length,
        })
      }
      return items.map((entry, index) => element.fromItem(entry, `${path}[${index}]`))
    },
    toJson: (values) => values.map((value) => element.toJson(value)),
    fromJson: (value, path, report) => {
      if (!Array.isArray(value) || value.length > maxCount) {
        report({
          path,
          expected: `a list of at most ${maxCount}`,
          actual: Array.isArray(value) ? `${value.length} entries` : describe(value),
        })
        return undefined
      }
      const parsed = value.map((entry: unknown, index) => element.fromJson(entry, `${path}[${index}]`, report))
      return parsed.includes(undefined) ? undefined : (parsed as T[])
    },
  }
}

/** One field for each member of a type, in the order in which they are written. */
export type FieldTable<T> = { readonly [Name in keyof T]-?: Field<T[Name]> }

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Named members in the table's order: a list in RLP, an object in JSON. Unknown JSON members are faults. */
export function structField<T extends object>(table: FieldTable<T>): Field<T> {
  const names = Object.keys(table) as (keyof T & string)[]
  return {
    toItem: (value) => names.map((name) => table[name].toItem(value[name])),
    fromItem: (item, path) => {
      const items = listOf(item, path)
      if (items.length !== names.length) {
        throw new RuleError('FIELD_COUNT', `${path} has the wrong number of members`, {
          expected: names.length,
          actual: items.length,
        })
      }
      const value: Partial<T> = {}
      names.forEach((name, index) => {
        value[name] = table[name].fromItem(items[index] as RlpItem, `${path}.${name}`)
      })
      return value as T
    },
    toJson: (value) => {
      const json: Record<string, JsonValue> = {}
      for (const name of names) json[name] = table[name].toJson(value[name])
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
      const value: Partial<T> = {}
      for (const name of names) {
        const member = Object.hasOwn(json, name) ? json[name] : undefined
        const parsed = table[name].fromJson(member, `${before}${name}`, note)
        if (parsed !== undefined) value[name] = parsed
      }
      return faulty ? undefined : (value as T)
    },
  }
}

import { RuleError } from '../errors/rule-error.ts'
import type { RlpItem } from '../rlp.ts'
import { describe, type Field, type JsonField } from './field.ts'

/** The members of a list. Throws a `RuleError` for a string. */
export function itemsOf(item: RlpItem, path: string): readonly RlpItem[] {
  if (!(item instanceof Uint8Array)) return item
  throw new RuleError('FIELD_KIND', `${path} is a string`, { expected: 'a list', actual: 'a string' })
}

/** Up to `maxCount` values of one kind. */
export function listField<T>(element: Field<T>, maxCount: number): Field<readonly T[]> {
  return {
    toItem: (values) => values.map((value) => element.toItem(value)),
    fromItem: (item, path) => {
      const items = itemsOf(item, path)
      if (items.length > maxCount) {
        throw new RuleError('FIELD_COUNT', `${path} has too many entries`, {
          expected: `<= ${maxCount}`,
          actual: items.length,
        })
      }
      return items.map((entry, index) => element.fromItem(entry, `${path}[${index}]`))
    },
    ...listJson(element, maxCount),
  }
}

/** The same for JSON alone. */
export function listJson<T>(element: JsonField<T>, maxCount: number): JsonField<readonly T[]> {
  return {
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

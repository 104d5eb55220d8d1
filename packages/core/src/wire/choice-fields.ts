import { RuleError } from '../errors/rule-error.ts'
import { describe, type Field } from './field.ts'
import { nameField } from './scalar-fields.ts'

/** One of a fixed set of names. */
export function choiceField<const Name extends string>(names: readonly Name[]): Field<Name> {
  const text = nameField(64)
  const wanted = `one of ${names.join(', ')}`
  return {
    toItem: text.toItem,
    fromItem: (item, path) => {
      const found = text.fromItem(item, path)
      const name = names.find((candidate) => candidate === found)
      if (name === undefined)
        throw new RuleError('FIELD_RANGE', `${path} is not known`, { expected: wanted, actual: found })
      return name
    },
    toJson: (value) => value,
    fromJson: (value, path, report) => {
      const name = names.find((candidate) => candidate === value)
      if (name === undefined) report({ path, expected: wanted, actual: describe(value) })
      return name
    },
  }
}

/**
 * A member that JSON may leave out. It is always written in hashed bytes, so that leaving it out and spelling it out
 * mean the same.
 */
export function withDefault<T>(field: Field<T>, value: T): Field<T> {
  return {
    ...field,
    fromJson: (json, path, report) => (json === undefined ? value : field.fromJson(json, path, report)),
  }
}

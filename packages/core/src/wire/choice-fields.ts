import { RuleError } from '../errors/rule-error.ts'
import { describe, type Field } from './field.ts'
import { nameField, numberField } from './scalar-fields.ts'

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

const bit = numberField(1)

/** True or false: 1 or 0 in hashed bytes. */
export const flagField: Field<boolean> = {
  toItem: (value) => bit.toItem(value ? 1 : 0),
  fromItem: (item, path) => bit.fromItem(item, path) === 1,
  toJson: (value) => value,
  fromJson: (value, path, report) => {
    if (typeof value === 'boolean') return value
    report({ path, expected: 'true or false', actual: describe(value) })
    return undefined
  },
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

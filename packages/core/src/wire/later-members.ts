import type { Rules } from '../network/rules-at.ts'
import type { Field } from './field.ts'
import type { FieldTable } from './struct-field.ts'

/** A member of a wire type that came with a fork. */
export interface LaterMember<Value> {
  readonly field: Field<Value>
  /** True if what is judged by these rules has the member; else it must not. */
  readonly isDue: (rules: Rules) => boolean
}

/** One row for each member that came later, in the order in which they came. */
export type LaterMembers<Later> = { readonly [Name in keyof Later]-?: LaterMember<Later[Name]> }

/** How the members are written. */
export function fieldsOfLater<Later extends object>(later: LaterMembers<Later>): FieldTable<Later> {
  const rows = Object.entries(later as Readonly<Record<string, LaterMember<unknown>>>)
  return Object.fromEntries(rows.map(([name, { field }]) => [name, field])) as FieldTable<Later>
}

/** A member that is there before its fork, or missing after it; undefined if there is none. */
export function misplacedMember<Later extends object>(
  later: LaterMembers<Later>,
  { value, rules }: { readonly value: object; readonly rules: Rules },
): { readonly name: string; readonly isDue: boolean } | undefined {
  for (const name in later) {
    const isDue = later[name].isDue(rules)
    const isThere = (value as Partial<Later>)[name] !== undefined
    if (isDue !== isThere) return { name, isDue }
  }
  return undefined
}

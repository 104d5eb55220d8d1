/** Names of members that may be undefined. */
type Uncertain<T> = { [Name in keyof T]: undefined extends T[Name] ? Name : never }[keyof T]

/** `T`, where members that may be undefined are optional instead, as `exactOptionalPropertyTypes` asks. */
export type Defined<T> = { [Name in Exclude<keyof T, Uncertain<T>>]: T[Name] } & {
  [Name in Uncertain<T>]?: Exclude<T[Name], undefined>
}

/** A copy of `members` without those that are undefined: for optional members whose value may not be there. */
export function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>
}

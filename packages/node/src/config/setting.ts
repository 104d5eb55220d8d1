/** How values of one kind are written: on command lines and in variables as text, in files as JSON. */
export interface SettingKind<T> {
  /** What stands for the value in usage lines, such as `port`. A switch takes no value and has none. */
  readonly placeholder: string | undefined
  /** What is accepted, in words. */
  readonly expects: string
  /** The value, or undefined if the text is not one. */
  parse(text: string): T | undefined
  /** The value, or undefined if the JSON is not one. */
  fromJson(value: unknown): T | undefined
  /** The value as JSON, as a file could hold it. */
  toJson(value: T): unknown
}

/** One thing that an operator can set, with all that flags, help, files and documents need to know about it. */
export interface Setting<T> {
  /** Without dashes. The variable's name follows from it: `p2p-port` is set by `POAI_P2P_PORT`. */
  readonly flag: string
  readonly kind: SettingKind<Exclude<T, undefined>>
  readonly default: T
  /** The default in words, where it is not a value or depends on the machine. */
  readonly defaultText?: string
  /** One sentence that begins with a small letter and has no full stop. */
  readonly description: string
  /** Never shown. */
  readonly secret?: true
}

/** The environment variable of a setting. */
export function variableOf({ flag }: Pick<Setting<unknown>, 'flag'>): string {
  return `POAI_${flag.replaceAll('-', '_').toUpperCase()}`
}

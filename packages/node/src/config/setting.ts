/** How values of one kind are written: on command lines and in variables as text, in files as JSON. */
export interface SettingKind<T> {
  /** What stands for the value in usage lines: `port`; undefined for a switch, which takes none. */
  readonly placeholder: string | undefined
  /** What is accepted, for a person. */
  readonly expects: string
  /** The value, or undefined if the text is none. */
  parse(text: string): T | undefined
  /** The value, or undefined if the JSON is none. */
  fromJson(value: unknown): T | undefined
  /** The value in JSON, as a file could hold it. */
  toJson(value: T): unknown
}

/** One thing that an operator can set: everything that flags, help, files and documents need to know of it. */
export interface Setting<T> {
  /** Without dashes. The variable is made of it: `p2p-port` is set by `POAI_P2P_PORT`. */
  readonly flag: string
  readonly kind: SettingKind<Exclude<T, undefined>>
  readonly default: T
  /** The default in words, where it is not a value or depends on the machine. */
  readonly defaultText?: string
  /** One sentence without its full stop, beginning with a small letter. */
  readonly description: string
  /** Is never shown. */
  readonly secret?: true
}

/** The environment variable of a setting. */
export function variableOf({ flag }: Pick<Setting<unknown>, 'flag'>): string {
  return `POAI_${flag.replaceAll('-', '_').toUpperCase()}`
}

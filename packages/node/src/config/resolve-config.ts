import { ConfigError, type ConfigFault } from './config-error.ts'
import { contradictionsOf } from './contradictions.ts'
import type { NodeConfig } from './node-config.ts'
import { type Setting, variableOf } from './setting.ts'
import { SETTINGS } from './settings.ts'

/** Where a value comes from. */
export type ConfigOrigin = 'default' | 'file' | 'environment' | 'flag'

/** What an operator set, by the ways in which it can be set. Later members win. */
export interface ConfigSources {
  /** The parsed content of a configuration file, and its name for messages. */
  readonly file?: { readonly name: string; readonly json: unknown }
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** By flag, without dashes: the text after it, or true or false for a switch. */
  readonly flags?: Readonly<Record<string, string | boolean | undefined>>
}

/** A configuration, and where each of its values comes from, by its path in a file. */
export interface ResolvedConfig {
  readonly config: NodeConfig
  readonly origins: Readonly<Record<string, ConfigOrigin>>
}

/** Variables of other commands, which may be in a node's environment as well. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set(['POAI_RPC', 'POAI_CONFIG'])
/** How much of an unexpected value a fault shows. */
const MAX_SHOWN = 40

/** One setting with its place in the table. */
export interface SettingRow {
  readonly section: keyof NodeConfig
  readonly key: string
  /** Of the value in a file: `p2p.port`. */
  readonly path: string
  readonly setting: Setting<unknown>
}

/** Every setting, in the order of the table. */
export const SETTING_ROWS: readonly SettingRow[] = Object.entries(SETTINGS).flatMap(([section, table]) =>
  Object.entries(table).map(
    ([key, setting]): SettingRow => ({
      section: section as keyof NodeConfig,
      key,
      path: `${section}.${key}`,
      // The table knows the type of each row's values; here they are only passed on.
      setting: setting as Setting<unknown>,
    }),
  ),
)

interface Found {
  readonly value: unknown
  readonly origin: ConfigOrigin
}

/**
 * Defaults, then the file, the environment, the flags. Throws a {@link ConfigError} with every fault of all of them.
 */
export function resolveConfig({ file, environment = {}, flags = {} }: ConfigSources): ResolvedConfig {
  const faults: ConfigFault[] = [...unknownVariables(environment), ...(file === undefined ? [] : unknownMembers(file))]
  const origins: Record<string, ConfigOrigin> = {}
  const sections: Record<string, Record<string, unknown>> = {}
  for (const row of SETTING_ROWS) {
    const found: Found[] = [{ value: row.setting.default, origin: 'default' }]
    found.push(...fromFile(row, file, faults))
    found.push(...fromText(row, { place: variableOf(row.setting), said: environment[variableOf(row.setting)] }, faults))
    found.push(...fromText(row, { place: `--${row.setting.flag}`, said: flags[row.setting.flag] }, faults))
    const last = found.at(-1)
    origins[row.path] = last?.origin ?? 'default'
    sections[row.section] = { ...sections[row.section], [row.key]: last?.value }
  }
  // Every member was just made from the table, whose type is that of the configuration.
  const config = deepFreeze(sections) as unknown as NodeConfig
  if (faults.length === 0) faults.push(...contradictionsOf(config))
  if (faults.length > 0) throw new ConfigError(faults)
  return { config, origins }
}

function fromFile(
  { section, key, path, setting }: SettingRow,
  file: ConfigSources['file'],
  faults: ConfigFault[],
): readonly Found[] {
  if (file === undefined || !isObject(file.json)) return []
  const members = file.json[section]
  const said = isObject(members) ? members[key] : undefined
  if (said === undefined) return []
  const value = setting.kind.fromJson(said)
  if (value !== undefined) return [{ value, origin: 'file' }]
  faults.push({ path: `${file.name}: ${path}`, expected: setting.kind.expects, actual: shown(said, setting) })
  return []
}

function fromText(
  { setting }: SettingRow,
  { place, said }: { readonly place: string; readonly said: string | boolean | undefined },
  faults: ConfigFault[],
): readonly Found[] {
  if (said === undefined) return []
  const origin = place.startsWith('--') ? 'flag' : 'environment'
  const value = typeof said === 'boolean' ? setting.kind.fromJson(said) : setting.kind.parse(said)
  if (value !== undefined) return [{ value, origin }]
  faults.push({ path: place, expected: setting.kind.expects, actual: shown(said, setting) })
  return []
}

function unknownVariables(environment: NonNullable<ConfigSources['environment']>): readonly ConfigFault[] {
  const known = new Set(SETTING_ROWS.map(({ setting }) => variableOf(setting)))
  return Object.keys(environment)
    .filter((name) => name.startsWith('POAI_') && !known.has(name) && !OTHER_VARIABLES.has(name))
    .map((name) => ({ path: name, expected: 'no such variable', actual: 'it is set' }))
}

function unknownMembers({ name, json }: NonNullable<ConfigSources['file']>): readonly ConfigFault[] {
  if (!isObject(json)) return [{ path: name, expected: 'a JSON object of sections', actual: describe(json) }]
  return Object.entries(json).flatMap(([section, members]): readonly ConfigFault[] => {
    const table = Object.hasOwn(SETTINGS, section) ? SETTINGS[section as keyof NodeConfig] : undefined
    if (table === undefined) {
      return [
        {
          path: `${name}: ${section}`,
          expected: `one of ${Object.keys(SETTINGS).join(', ')}`,
          actual: 'an unknown section',
        },
      ]
    }
    if (!isObject(members)) return [{ path: `${name}: ${section}`, expected: 'an object', actual: describe(members) }]
    return Object.keys(members)
      .filter((key) => !Object.hasOwn(table, key))
      .map((key) => ({
        path: `${name}: ${section}.${key}`,
        expected: `one of ${Object.keys(table).join(', ')}`,
        actual: 'an unknown setting',
      }))
  })
}

function shown(value: unknown, { secret }: Setting<unknown>): string {
  return secret === true ? 'something else' : describe(value)
}

function describe(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value)
  return json.length > MAX_SHOWN ? `${json.slice(0, MAX_SHOWN)}…` : json
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Bytes cannot be frozen, but these are our own. */
function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null && !(member instanceof Uint8Array)) deepFreeze(member)
  }
  return Object.freeze(value)
}

import type { NodeConfig } from './node-config.ts'
import { type ResolvedConfig, SETTING_ROWS } from './resolve-config.ts'

/** A setting with its present value, for people. */
export interface DescribedSetting {
  readonly path: string
  readonly value: unknown
  readonly origin: string
}

const REDACTED = '[redacted]'

/** Every setting with its value in JSON and where it comes from. Secrets are not shown. */
export function describeConfig({ config, origins }: ResolvedConfig): readonly DescribedSetting[] {
  return SETTING_ROWS.map(({ section, key, path, setting }) => {
    const value = memberOf(config, section, key)
    const shown = value === undefined ? null : setting.secret === true ? REDACTED : setting.kind.toJson(value)
    return { path, value: shown, origin: origins[path] ?? 'default' }
  })
}

/** The configuration as a file could hold it: without secrets, and without what is not set. */
export function configToJson(resolved: ResolvedConfig): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const sections: Record<string, Record<string, unknown>> = {}
  for (const { path, value } of describeConfig(resolved)) {
    const [section = '', key = ''] = path.split('.')
    if (value !== null) sections[section] = { ...sections[section], [key]: value }
  }
  return sections
}

function memberOf(config: NodeConfig, section: keyof NodeConfig, key: string): unknown {
  return Object.entries(config[section]).find(([name]) => name === key)?.[1]
}

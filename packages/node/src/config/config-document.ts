import { SETTING_ROWS } from './resolve-config.ts'
import { type Setting, variableOf } from './setting.ts'

const INTRODUCTION = `# Configuration of a node

Generated from the table of settings (\`packages/node/src/config/settings.ts\`) by \`poai node --print-config-document\`; a
test keeps the two in step.

Each setting can be given by a flag of \`poai node\`, by an environment variable, or in a JSON file named by
\`--config FILE\` or \`POAI_CONFIG\`. Flags win over variables, variables over the file, the file over defaults. All faults
are listed at once, with the place, what was expected and what was found, and nothing is started; names that do not
exist are faults too, so that a typo does not become a default. \`poai node --print-config\` shows every value and where
it comes from; secrets are not shown.

A switch is turned on by \`--name\` or \`VARIABLE=true\`, and off by \`--no-name\` or \`VARIABLE=false\`. Lists have commas
between their elements, or are JSON lists. In a file, a setting is a member of its section:
\`{ "p2p": { "port": 30404 } }\`.
`

const SECTION_TITLES: Readonly<Record<string, string>> = {
  node: 'Places',
  storage: 'Storage',
  engine: 'Engine',
  mining: 'Mining',
  p2p: 'Network',
  sync: 'Catching up',
  finality: 'Finality and trust',
  mempool: 'Mempool',
  rpc: 'JSON-RPC',
  metrics: 'Metrics and health',
  log: 'Log',
}

/** docs/CONFIG.md. */
export function configDocument(): string {
  const sections = [...new Set(SETTING_ROWS.map(({ section }) => section))]
  return `${INTRODUCTION}\n${sections.map(sectionOf).join('\n')}`
}

function sectionOf(section: string): string {
  const rows = SETTING_ROWS.filter((row) => row.section === section).map(({ path, setting }) =>
    rowOf([
      code(flagUsage(setting)),
      code(variableOf(setting)),
      code(path),
      defaultOf(setting),
      `${capitalised(setting.description)}.`,
    ]),
  )
  const head = [rowOf(['flag', 'variable', 'in a file', 'default', 'meaning']), rowOf(Array(5).fill('---'))]
  return `## ${SECTION_TITLES[section] ?? section}\n${[...head, ...rows].join('\n')}\n`
}

/** A flag as a usage line shows it. */
export function flagUsage({ flag, kind, ...setting }: Setting<unknown>): string {
  if (kind.placeholder !== undefined) return `--${flag} <${kind.placeholder}>`
  return setting.default === true ? `--no-${flag}` : `--${flag}`
}

/** The default, in words. */
export function defaultOf({ kind, defaultText, ...setting }: Setting<unknown>): string {
  if (defaultText !== undefined) return defaultText
  if (setting.default === undefined) return 'none'
  const json = kind.toJson(setting.default)
  if (Array.isArray(json)) return json.length === 0 ? 'none' : json.join(', ')
  return String(json)
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function code(words: string): string {
  return `\`${words}\``
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

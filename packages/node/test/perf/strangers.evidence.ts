// What strangers can do to a node, and what it keeps meanwhile: every case of packages/*/test/attack/NAME.case.ts, in
// full. npm run evidence -- strangers [NAME …] [--size test] [--json] Each case runs in a process of its own, with real
// nodes. The exit code is 1 if a bound was not kept.
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { AttackOutcome, AttackSize, StrangerCase } from '@poai/testing/strangers'

/** Longest that one case may take. */
const LIMIT_MS = 30 * 60_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, size: { type: 'string', default: 'full' }, only: { type: 'string' } },
})
const size: AttackSize = values.size === 'test' ? 'test' : 'full'

/** One row of the table. */
interface Row extends Omit<StrangerCase, 'run'>, AttackOutcome {
  readonly seconds: number
}

async function load(path: string): Promise<StrangerCase> {
  return ((await import(pathToFileURL(path).href)) as { readonly stranger: StrangerCase }).stranger
}

/** In the process of one case. */
async function runOne(path: string): Promise<void> {
  const { run, ...texts } = await load(path)
  const begin = performance.now()
  const outcome = await run(size).catch((error: unknown) => ({
    measured: `it broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    holds: false,
  }))
  const row: Row = { ...texts, ...outcome, seconds: Math.round((performance.now() - begin) / 1000) }
  process.send?.(row, () => process.exit(0))
}

/** In a process of its own, which says its row. */
function rowOf(path: string, name: string): Promise<Row> {
  return new Promise((resolve) => {
    const command = [...process.execArgv, import.meta.filename, '--only', path, '--size', size]
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], timeout: LIMIT_MS })
    let row: Row | undefined
    child.on('message', (message: Row) => {
      row = message
    })
    child.on('exit', (code, signal) => {
      const lost = { name, attack: '', before: '', bound: '', seconds: 0, holds: false }
      resolve(row ?? { ...lost, measured: `the process ended (${signal ?? code}) before it said anything` })
    })
  })
}

async function runAll(): Promise<void> {
  const root = join(import.meta.dirname, '../../../..')
  const paths = globSync('packages/*/test/attack/*.case.ts', { cwd: root })
    .map((path) => ({ path: join(root, path), name: basename(path, '.case.ts') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const unknown = positionals.filter((name) => !paths.some((each) => each.name === name))
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(', ')}. There are: ${paths.map(({ name }) => name).join(', ')}`)
    process.exitCode = 1
    return
  }
  const rows: Row[] = []
  if (values.json !== true)
    console.log('| case | before | bound | measured | verdict | s |\n| --- | --- | --- | --- | --- | ---: |')
  for (const { path, name } of paths) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const row = await rowOf(path, name)
    rows.push(row)
    if (values.json === true) continue
    const { before, bound, measured, holds, seconds } = row
    console.log(`| ${[name, before, bound, measured, holds ? 'holds' : 'BROKEN', seconds].join(' | ')} |`)
  }
  if (values.json === true) console.log(JSON.stringify(rows, undefined, 2))
  if (rows.length === 0 || rows.some(({ holds }) => !holds)) process.exitCode = 1
}

await (values.only === undefined ? runAll() : runOne(values.only))

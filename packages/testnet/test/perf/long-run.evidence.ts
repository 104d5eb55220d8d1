// `npm run evidence -- long-run [blocks] [seed]`: a network of four nodes that mines for long at a short spacing, with
// traffic, while nodes are killed, restarted and cut off. At the end all must have one chain, sound databases, and no
// more memory than before.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { NodeStatusJson } from '@poai/api/client'
import { ask, createIpcRpcClient } from '@poai/api/connect'
import { formatSummary } from '../../src/show/format-summary.ts'
import type { TestnetSummary } from '../../src/show/summarise.ts'
import { formatSeconds } from '../../src/terminal/format-quantity.ts'
import { formatTable } from '../../src/terminal/table.ts'

const [blocks = 2000, seed = 1] = process.argv.slice(2).map(Number)
const NODES = 4
const SPACING_SECONDS = 1
const TRAFFIC_PER_SECOND = 5
const SAMPLE_MS = 5_000
/** Rows of the table. */
const ROWS = 10
/** What the last quarter of the run may take more than the second one: caches fill, leaks grow. */
const MAX_GROWTH = 1.15
const main = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url))
const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning']

interface Sample {
  readonly atMs: number
  readonly height: number
  readonly memoryBytes: readonly (number | undefined)[]
}

function poai(
  args: readonly string[],
  home: string,
): Promise<{ readonly exitCode: number | null; readonly out: string }> {
  const child = spawn(process.execPath, [...flags, main, ...args], {
    env: { ...process.env, POAI_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, out }))
  })
}

async function sampleOf(directory: string, startedMs: number): Promise<Sample> {
  const statuses = await Promise.all(
    Array.from({ length: NODES }, (_, index) => statusOf(join(directory, `node-${index + 1}`, 'poai.ipc'))),
  )
  return {
    atMs: performance.now() - startedMs,
    height: Math.max(0, ...statuses.map((status) => status?.head.number ?? 0)),
    memoryBytes: statuses.map((status) => status?.memoryBytes),
  }
}

/** Undefined for a node that is down. */
async function statusOf(socket: string): Promise<NodeStatusJson | undefined> {
  if (!existsSync(socket)) return undefined
  const client = createIpcRpcClient(socket)
  try {
    return await ask(client, 'poai_nodeStatus', [], { timeoutMs: 5_000 })
  } catch {
    return undefined
  } finally {
    client.close()
  }
}

/** Largest memory of each node in a part of the run. */
function peaks(samples: readonly Sample[]): readonly number[] {
  return Array.from({ length: NODES }, (_, index) =>
    Math.max(0, ...samples.map(({ memoryBytes }) => memoryBytes[index] ?? 0)),
  )
}

function table(samples: readonly Sample[]): string {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const part = samples.slice(
      Math.floor((row * samples.length) / ROWS),
      Math.floor(((row + 1) * samples.length) / ROWS),
    )
    const last = part.at(-1)
    return [
      formatSeconds((last?.atMs ?? 0) / 1000),
      String(last?.height ?? ''),
      ...peaks(part).map((bytes) => `${Math.round(bytes / 1e6)} MB`),
    ]
  })
  return formatTable([
    ['TIME', 'HEIGHT', ...Array.from({ length: NODES }, (_, index) => `NODE-${index + 1} AT MOST`)],
    ...rows,
  ])
}

async function run(): Promise<readonly string[]> {
  const home = await mkdtemp(join(tmpdir(), 'poai-long-run-'))
  const directory = join(home, 'net')
  const startedMs = performance.now()
  try {
    const samples: Sample[] = []
    const ended = new AbortController()
    const sampling = (async () => {
      while (!ended.signal.aborted) {
        const sample = await sampleOf(directory, startedMs)
        // Before the nodes are up and after they have stopped, there is nothing to compare.
        if (sample.memoryBytes.some((bytes) => bytes !== undefined)) samples.push(sample)
        await delay(SAMPLE_MS, undefined, { signal: ended.signal }).catch(() => undefined)
      }
    })()
    const { exitCode, out } = await poai(
      [
        ...['testnet', '--nodes', String(NODES), '--miners', '2', '--blocks', String(blocks), '--json'],
        ...[
          '--spacing',
          String(SPACING_SECONDS),
          '--traffic',
          String(TRAFFIC_PER_SECOND),
          '--chaos',
          '--seed',
          String(seed),
        ],
        ...['--data-dir', directory, '--base-port', '22100', '--rpc-port', '22500'],
      ],
      home,
    )
    ended.abort()
    await sampling
    const summary = JSON.parse(out) as TestnetSummary
    if (summary.nodes === undefined) return [`the testnet failed: ${out}`]
    console.log(`\n${formatSummary(summary)}\n${table(samples)}`)
    return [
      ...(exitCode === 0 ? [] : [`exit code ${exitCode}: ${summary.reason}`]),
      ...(summary.blocks < blocks ? [`only ${summary.blocks} blocks`] : []),
      ...(await databaseFaults(directory, home)),
      ...growthFaults(samples),
    ]
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** Every database is looked through after all those kills. */
async function databaseFaults(directory: string, home: string): Promise<readonly string[]> {
  const faults: string[] = []
  for (const name of (await readdir(directory)).filter((entry) => entry.startsWith('node-')).toSorted()) {
    const data = ['--data-dir', join(directory, name), '--network', join(directory, 'network.json')]
    const { exitCode, out } = await poai(['db', 'check', ...data, '--json'], home)
    console.log(`${name}: database ${exitCode === 0 ? 'sound' : out}`)
    if (exitCode !== 0) faults.push(`${name}: the database is damaged`)
  }
  return faults
}

function growthFaults(samples: readonly Sample[]): readonly string[] {
  const quarter = Math.floor(samples.length / 4)
  const before = peaks(samples.slice(quarter, 2 * quarter))
  const after = peaks(samples.slice(3 * quarter))
  return after.flatMap((bytes, index) => {
    const growth = bytes / (before[index] ?? bytes)
    console.log(`node-${index + 1}: memory of the last quarter is ${growth.toFixed(2)} times that of the second`)
    return growth > MAX_GROWTH ? [`node-${index + 1} grew ${growth.toFixed(2)} times`] : []
  })
}

const faults = await run()
console.log(
  faults.length === 0 ? '\nHOLDS: one chain, sound databases, memory flat' : `\nFAILS:\n  ${faults.join('\n  ')}`,
)
process.exitCode = faults.length === 0 ? 0 : 1

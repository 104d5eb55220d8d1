// Two real nodes, one of which mines, and a real Prometheus that scrapes them: every query of the dashboard must answer
// with data, and every alert rule must load. Arguments: minutes (default 5), and the prometheus program (default: the
// one in PATH).
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { devnet } from '@poai/core'
import { createNode, type Node, resolveConfig } from '../../src/index.ts'
import { alertQueries, dashboardQueries } from '../support/queries.ts'

const minutes = Number(process.argv[2] ?? 5)
const program = process.argv[3] ?? 'prometheus'
const MODELS = fileURLToPath(new URL('../../../../models/', import.meta.url))
const RULES = fileURLToPath(new URL('../../../../docs/observability/alerts.yml', import.meta.url))
const BENEFICIARY = `0x${'ab'.repeat(20)}`

interface Served {
  readonly node: Node
  readonly metrics: string
  readonly rpc: string
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function serve(directory: string, flags: Readonly<Record<string, string | boolean>>): Promise<Served> {
  const [metricsPort, rpcPort] = [await freePort(), await freePort()]
  const ports = { 'p2p-port': '0', 'metrics-port': String(metricsPort), 'http-port': String(rpcPort) }
  const common = { 'p2p-host': '127.0.0.1', mdns: false, workers: '1', 'shared-addresses': true, ...ports }
  const { config } = resolveConfig({ flags: { ...common, ...flags } })
  const home = join(directory, 'home')
  const installation = { models: MODELS, home, modelStore: join(home, 'models'), cache: join(home, 'cache') }
  const screen = { write: (text: string) => void process.stderr.write(text), isInteractive: true }
  const node = createNode({ config, params: devnet, directory, installation, version: '0.1.0' }, { screen })
  await node.start()
  return { node, metrics: `127.0.0.1:${metricsPort}`, rpc: `http://127.0.0.1:${rpcPort}` }
}

/** What an explorer and a client with a wrong idea ask. */
async function askAround({ rpc }: Served): Promise<void> {
  for (const method of ['eth_blockNumber', 'eth_gasPrice', 'poai_nodeStatus', 'eth_getBlockByHash']) {
    await fetch(rpc, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }) })
  }
  const missing = { jsonrpc: '2.0', id: 1, method: 'eth_call', params: [{ to: BENEFICIARY }, '0xffffffff'] }
  await fetch(rpc, { method: 'POST', body: JSON.stringify(missing) })
}

async function startPrometheus(
  folder: string,
  targets: readonly string[],
): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort()
  const file = join(folder, 'prometheus.yml')
  const scrape = { job_name: 'poai', static_configs: [{ targets }] }
  // JSON is YAML.
  await writeFile(
    file,
    JSON.stringify({ global: { scrape_interval: '5s' }, rule_files: [RULES], scrape_configs: [scrape] }),
  )
  const flags = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const child = spawn(program, [...flags, '--log.level=warn'], { stdio: ['ignore', 'inherit', 'inherit'] })
  await once(child, 'spawn')
  return { child, url: `http://127.0.0.1:${port}` }
}

async function api(url: string, path: string): Promise<{ readonly [name: string]: unknown }> {
  const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as {
    status: string
    data: { readonly [name: string]: unknown }
  }
  if (answer.status !== 'success') throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer.data
}

const folder = await mkdtemp(join(tmpdir(), 'poai-observability-'))
const nodes: Served[] = []
let prometheus: { child: ChildProcess; url: string } | undefined
try {
  const miner = await serve(join(folder, 'miner'), { mine: true, beneficiary: BENEFICIARY })
  nodes.push(miner)
  const follower = await serve(join(folder, 'follower'), { peers: miner.node.status.addresses.join(',') })
  nodes.push(follower)
  prometheus = await startPrometheus(
    folder,
    nodes.map(({ metrics }) => metrics),
  )
  const endMs = Date.now() + minutes * 60_000
  while (Date.now() < endMs) {
    for (const node of nodes) await askAround(node)
    await delay(1000)
  }
  const { url } = prometheus
  const rows: { query: string; series: number }[] = []
  for (const { place, expression } of dashboardQueries()) {
    const { result } = await api(url, `query?query=${encodeURIComponent(expression)}`)
    rows.push({ query: `${place}: ${expression.slice(0, 90)}`, series: (result as readonly unknown[]).length })
  }
  console.table(rows)
  const { groups } = await api(url, 'rules')
  const rules = (groups as readonly { rules: readonly { name: string; health: string; state: string }[] }[]).flatMap(
    (group) => group.rules,
  )
  console.table(rules.map(({ name, health, state }) => ({ alert: name, health, state })))
  const empty = rows.filter(({ series }) => series === 0)
  const { head, peers } = follower.node.status
  console.log(
    `${minutes} min, height ${head.number}, ${peers} peer; ${rows.length} queries, ${empty.length} without data; ${rules.length} rules`,
  )
  const isBroken =
    empty.length > 0 || rules.length !== alertQueries().length || rules.some(({ health }) => health === 'err')
  if (isBroken) {
    console.error('observability: FAILED', empty)
    process.exitCode = 1
  }
} finally {
  if (prometheus !== undefined) {
    prometheus.child.kill('SIGTERM')
    if (prometheus.child.exitCode === null) await once(prometheus.child, 'exit')
  }
  await Promise.all(nodes.map(({ node }) => node.stop()))
  await rm(folder, { recursive: true, force: true })
}

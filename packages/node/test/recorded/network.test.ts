import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { metricsIn } from './support/metrics.ts'
import { type Answer, ask, NETWORK_FILE, startPoai, testFolder, waitFor } from './support/program.ts'
import { recorded } from './support/recording.ts'
import { differences, type Shape, shapeOf } from './support/shape.ts'
import { type DiscoveredMethod, isStill, signatureOf } from './support/signature.ts'

/** What tells of the node itself: no standard says what is in it. */
const REPORTS = ['poai_nodeStatus', 'poai_engine', 'poai_peers', 'miner_status', 'admin_nodeInfo', 'admin_peers']
/** A miner, and a node that follows it. */
const NODES = ['node-1', 'node-2']

async function shapesOf(documents: Readonly<Record<string, readonly Answer[]>>): Promise<readonly string[]> {
  const found: Record<string, Shape> = {}
  for (const [name, answers] of Object.entries(documents)) found[name] = shapeOf(answers)
  const recording = await recorded('answers', found)
  expect(Object.keys(found)).toEqual(Object.keys(recording))
  return Object.entries(found).flatMap(([name, shape]) =>
    differences(shape, recording[name] ?? {}).map((fault) => `${name}: ${fault}`),
  )
}

async function metricsOf(log: string): Promise<string> {
  const [url] =
    /http:\/\/[^"\s]+(?=[^\n]*\n)/.exec((await readFile(log, 'utf8')).split('Serving metrics')[1] ?? '') ?? []
  return (await fetch(`${url}/metrics`)).text()
}

it('a testnet, its nodes, their JSON-RPC and their metrics say what they said when they were recorded', async () => {
  const folder = await testFolder()
  const directory = join(folder, 'net')
  const at = (node: string): string => join(directory, node)
  const testnet = startPoai(
    join(folder, 'home'),
    [
      ...['testnet', '--nodes', '2', '--miners', '1', '--network', NETWORK_FILE, '--data-dir', directory, '--json'],
      // Ports below those that systems give to outgoing connections: none of these can take one before a node listens.
      ...['--traffic', '2', '--chaos', '--base-port', '23100', '--rpc-port', '23500'],
    ],
    { POAI_METRICS_PORT: '0', POAI_ENGINE: 'wasm' },
  )
  for (const node of NODES) {
    await waitFor(testnet, async () => {
      const { peers, head, replays } = await ask(at(node), 'poai_nodeStatus')
      return peers === 1 && head.number > 2 && replays.total > 1 ? true : undefined
    })
  }

  const answers = REPORTS.map(async (method) => [method, await Promise.all(NODES.map((node) => ask(at(node), method)))])
  const { methods }: { methods: readonly DiscoveredMethod[] } = await ask(at('node-1'), 'rpc.discover')
  const pages = await Promise.all(NODES.map((node) => metricsOf(join(directory, 'logs', `${node}.log`))))
  testnet.interrupt()
  const summary = JSON.parse(await testnet.output)

  const documents = { ...Object.fromEntries(await Promise.all(answers)), 'testnet --json': [summary] }
  expect(await shapesOf(documents)).toEqual([])
  expect(await methodsThatChanged(methods.map(signatureOf))).toEqual([])
  expect(await metricsThatChanged(pages)).toEqual([])
})

/** Methods that were recorded and are not as they were, or not in their order among those of their namespace. */
async function methodsThatChanged(signatures: readonly string[]): Promise<readonly string[]> {
  const recording = await recorded('methods', byNamespace(signatures))
  const found = byNamespace(signatures)
  return Object.entries(recording).flatMap(([namespace, lines]) => {
    const names = new Set(lines.map(nameOf))
    const now = (found[namespace] ?? []).filter((line) => names.has(nameOf(line)))
    return lines.filter((line, index) => !isStill(line, now[index] ?? ''))
  })
}

function byNamespace(signatures: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const namespaces = [...new Set(signatures.map((line) => line.split(/[_.]/, 1)[0] ?? ''))].sort()
  return Object.fromEntries(
    namespaces.map((namespace) => [namespace, signatures.filter((line) => /^[^_.]+/.exec(line)?.[0] === namespace)]),
  )
}

function nameOf(signature: string): string {
  return signature.split('(', 1)[0] ?? ''
}

/** Metrics that were recorded and are gone, are of another type, or have lost a label or a value of one. */
async function metricsThatChanged(pages: readonly string[]): Promise<readonly string[]> {
  const found = metricsIn(pages)
  const recording = await recorded('metrics', found)
  return Object.entries(recording).flatMap(([name, { type, labels }]) => {
    const now = found[name]
    if (now?.type !== type) return [`${name} is ${now?.type ?? 'gone'}`]
    return Object.entries(labels).flatMap(([label, values]) => {
      const others = now.labels[label]
      if (others === undefined) return [`${name} has no label ${label}`]
      return values.filter((value) => !others.includes(value)).map((value) => `${name} has no ${label}="${value}"`)
    })
  })
}

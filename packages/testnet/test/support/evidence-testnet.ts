import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BUILT_IN_NETWORKS, defined, type NetworkParams, networkParamsToJson } from '@poai/core'
import { Testnet } from '../../src/nodes/testnet.ts'
import type { TestnetNode } from '../../src/nodes/testnet-node.ts'
import { deriveNetwork } from '../../src/plan/derive-network.ts'
import { findFreePorts } from '../../src/plan/free-ports.ts'
import { nodeArguments } from '../../src/plan/node-arguments.ts'
import { type DevelopmentAccount, readTestnetDefinition } from '../../src/plan/testnet-definition.ts'
import { type PlannedNode, planTestnet } from '../../src/plan/testnet-plan.ts'

const HOST = '127.0.0.1'
const MAIN = join(import.meta.dirname, '../../../cli/src/main.ts')
const FLAGS = ['--conditions=source', '--disable-warning=ExperimentalWarning']

export interface EvidenceTestnetOptions {
  readonly nodes: number
  readonly miners: number
  readonly spacingSeconds: number
  /** A built-in network whose domain replaces the definition's. */
  readonly domainOf?: string
  /** Of the easiest block, and the first one, for nodes that make few attempts. Default: the network's. */
  readonly easiestAttempts?: bigint
  /** Changes the network further. */
  readonly change?: (params: NetworkParams) => NetworkParams
  /** Where engines are cached; default: the user's own. */
  readonly home?: string
  /** What runs a node's program; default: the Node that runs this. */
  readonly commandOf?: (node: PlannedNode) => readonly [command: string, ...prefix: string[]]
  /** Longest that the nodes may take to start. */
  readonly startTimeoutMs?: number
  /** More of a node's command line. */
  readonly argumentsOf?: (node: PlannedNode) => readonly string[]
}

/** Nodes in processes of their own with the real model, in a folder that goes with them. */
export interface EvidenceTestnet {
  readonly testnet: Testnet
  readonly params: NetworkParams
  readonly accounts: readonly DevelopmentAccount[]
  readonly folder: string
  close(): Promise<void>
}

/** Starts a network of `poai node`s as `poai testnet` does. */
export async function startEvidenceTestnet(options: EvidenceTestnetOptions): Promise<EvidenceTestnet> {
  const { nodes, miners, spacingSeconds, domainOf, argumentsOf = () => [] } = options
  const { easiestAttempts, commandOf = () => [process.execPath] as const, startTimeoutMs = 180_000 } = options
  const folder = await mkdtemp(join(tmpdir(), 'poai-evidence-'))
  const definition = await readTestnetDefinition()
  const definedOn = builtIn(definition.network)
  const { domain, vectorsSha256 } = builtIn(domainOf ?? definition.network).work
  const derived = deriveNetwork(
    { ...definedOn, work: { ...definedOn.work, domain, vectorsSha256 } },
    { spacingSeconds },
  )
  const { difficulty } = derived
  const easiestTarget = easiestAttempts === undefined ? undefined : 2n ** 256n / easiestAttempts
  const targets = defined({ easiestTarget, initialTarget: easiestTarget })
  const { change = (unchanged) => unchanged } = options
  const params = change({ ...derived, difficulty: { ...difficulty, ...targets } })
  const networkFile = join(folder, 'network.json')
  await writeFile(networkFile, JSON.stringify(networkParamsToJson(params)))
  const ports = await findFreePorts(40_000 + Math.floor(Math.random() * 10_000), { count: nodes + 1, host: HOST })
  const [httpPort = 0, ...peerPorts] = ports
  const { accounts } = definition
  const plan = planTestnet({
    ...{ directory: folder, nodes, miners, peerPorts, httpPort, accounts },
    cores: availableParallelism(),
    engines: { validator: 'auto', rpc: 'auto' },
  })
  const home = resolve(options.home ?? process.env['POAI_HOME'] ?? join(homedir(), '.poai'))
  const testnet = new Testnet({
    plan,
    programOf: (node) => {
      const [command, ...prefix] = commandOf(node)
      return { command, prefix: [...prefix, ...FLAGS, MAIN], codeCache: join(folder, 'code') }
    },
    argumentsOf: (node) => [
      ...nodeArguments(node, { network: networkFile, home, host: HOST, nodes }),
      ...argumentsOf(node),
    ],
    onEvent: (text) => void process.stderr.write(`${text}\n`),
  })
  const killAll = (): void => testnet.kill()
  process.once('exit', killAll)
  const close = async (): Promise<void> => {
    await testnet.stop()
    process.off('exit', killAll)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await testnet.start(AbortSignal.timeout(startTimeoutMs))
  } catch (error) {
    await close()
    throw error
  }
  return { testnet, params, accounts, folder, close }
}

function builtIn(name: string): NetworkParams {
  const params = BUILT_IN_NETWORKS[name]
  if (params === undefined) throw new RangeError(`there is no network ${name}`)
  return params
}

/** Polls until a condition holds. Resolves with the seconds that it took, or undefined if it did not in time. */
export async function secondsUntil(timeoutMs: number, condition: () => Promise<boolean>): Promise<number | undefined> {
  const begin = performance.now()
  for (;;) {
    if (await condition()) return (performance.now() - begin) / 1000
    if (performance.now() - begin > timeoutMs) return undefined
    await delay(100)
  }
}

/**
 * True if these nodes have one chain: the same block at the height of the lowest, and nobody is more than a block
 * ahead.
 */
export async function haveOneChain(testnet: Testnet, nodes: readonly TestnetNode[]): Promise<boolean> {
  const signal = AbortSignal.timeout(10_000)
  await testnet.refresh(signal)
  const heights = nodes.map(({ view }) => view.status?.head.number ?? 0)
  const lowest = Math.min(...heights)
  if (Math.max(...heights) > lowest + 1) return false
  const hashes = await Promise.all(nodes.map((node) => testnet.blockHash(node, lowest, signal)))
  return hashes.every((hash) => hash !== undefined && hash === hashes[0])
}

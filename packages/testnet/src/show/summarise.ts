import { ask } from '@poai/api/connect'
import type { Testnet } from '../nodes/testnet.ts'
import type { NodeView, TestnetNode } from '../nodes/testnet-node.ts'
import type { ChaosFigures } from '../stress/chaos.ts'
import type { TrafficFigures } from '../stress/traffic.ts'

/** A node at the end of a run. Counts are those of this run. */
export interface NodeSummary {
  readonly name: string
  readonly role: string
  /** What ran the model at the end: `native`, `wasm` or `llama.cpp`; null if there was no engine. */
  readonly engine: string | null
  readonly height: number
  readonly headHash: string
  readonly peers: number
  readonly blocksMined: number
  readonly attempts: number
  readonly replays: number
  readonly failedReplays: number
  readonly reorganisations: number
  readonly deepestReorganisation: number
  readonly starts: number
  readonly memoryBytes: number
}

/** The outcome of a run, as `--json` prints it. */
export interface TestnetSummary {
  /** Whether all nodes ended on one chain, and nothing that was asked for failed. */
  readonly converged: boolean
  /** Why not; null if so. */
  readonly reason: string | null
  readonly network: string
  readonly directory: string
  readonly rpc: string
  readonly startHeight: number
  /** Blocks that joined the chain in this run. */
  readonly blocks: number
  /** The highest block that all nodes have. */
  readonly block: { readonly number: number; readonly hash: string | null }
  /** Blocks that were mined but are not in the chain. */
  readonly orphans: number
  readonly reorganisations: number
  readonly deepestReorganisation: number
  /** Mean time between the blocks of this run, by their timestamps; null for fewer than two. */
  readonly meanSpacingSeconds: number | null
  /** The same over the last 20. */
  readonly recentSpacingSeconds: number | null
  readonly attempts: number
  readonly replays: number
  /** Whether every node replayed every block that it did not mine; null if nodes were killed, and lost their counts. */
  readonly everyBlockReplayed: boolean | null
  /** Time from the start of the command; null if there was no block. */
  readonly firstBlockSeconds: number | null
  readonly wallSeconds: number
  /** How many transactions were sent and refused, and how many are in the blocks of this run. */
  readonly traffic: (TrafficFigures & { readonly mined: number }) | null
  readonly chaos: (ChaosFigures & { readonly seed: string }) | null
  readonly nodes: readonly NodeSummary[]
}

/** What the supervisor knows of a run besides its nodes. */
export interface RunFacts {
  readonly reason: string | undefined
  readonly network: string
  readonly directory: string
  readonly rpc: string
  readonly startHeight: number
  readonly firstBlockSeconds: number | undefined
  readonly traffic: TrafficFigures | undefined
  readonly chaos: (ChaosFigures & { readonly seed: string }) | undefined
}

const RECENT_BLOCKS = 20

/** Compares the chains of all nodes at the highest block that all have, and counts what happened. */
export async function summarise(testnet: Testnet, facts: RunFacts, signal: AbortSignal): Promise<TestnetSummary> {
  const nodes = testnet.nodes.map(({ view }) => summariseNode(view))
  const height = Math.min(...nodes.map((node) => node.height))
  const hashes = await Promise.all(testnet.nodes.map((node) => hashAt(testnet, node, height, signal)))
  const blocks = height - facts.startHeight
  const mined = sumOf(nodes, ({ blocksMined }) => blocksMined)
  const wasKilled = nodes.some(({ starts }) => starts > 1)
  const everyBlockReplayed = wasKilled ? null : nodes.every((node) => node.replays + node.blocksMined >= blocks)
  const failed = sumOf(nodes, ({ failedReplays }) => failedReplays)
  const reason = facts.reason ?? divergence(nodes, hashes, height) ?? judgement({ failed, everyBlockReplayed })
  return {
    converged: reason === undefined,
    reason: reason ?? null,
    network: facts.network,
    directory: facts.directory,
    rpc: facts.rpc,
    startHeight: facts.startHeight,
    blocks,
    block: { number: height, hash: hashes[0] ?? null },
    orphans: Math.max(0, mined - (Math.max(...nodes.map((node) => node.height)) - facts.startHeight)),
    reorganisations: sumOf(nodes, ({ reorganisations }) => reorganisations),
    deepestReorganisation: Math.max(...nodes.map(({ deepestReorganisation }) => deepestReorganisation)),
    meanSpacingSeconds: await spacing(testnet.server, facts.startHeight + 1, height, signal),
    recentSpacingSeconds: await spacing(
      testnet.server,
      Math.max(facts.startHeight + 1, height - RECENT_BLOCKS),
      height,
      signal,
    ),
    attempts: sumOf(nodes, ({ attempts }) => attempts),
    replays: sumOf(nodes, ({ replays }) => replays),
    everyBlockReplayed,
    firstBlockSeconds: facts.firstBlockSeconds === undefined ? null : round(facts.firstBlockSeconds),
    wallSeconds: round(performance.now() / 1000),
    traffic:
      facts.traffic === undefined
        ? null
        : { ...facts.traffic, mined: await countTransactions(testnet.server, facts.startHeight + 1, height, signal) },
    chaos: facts.chaos ?? null,
    nodes,
  }
}

function summariseNode({ plan, status, totals }: NodeView): NodeSummary {
  return {
    name: plan.name,
    role: plan.role,
    engine: status?.engine.program ?? null,
    height: status?.head.number ?? 0,
    headHash: status?.head.hash ?? '',
    peers: status?.peers ?? 0,
    blocksMined: totals.blocksMined,
    attempts: totals.attempts,
    replays: totals.replays,
    failedReplays: totals.failedReplays,
    reorganisations: totals.reorganisations,
    deepestReorganisation: totals.deepestReorganisation,
    starts: totals.starts,
    memoryBytes: status?.memoryBytes ?? 0,
  }
}

function hashAt(testnet: Testnet, node: TestnetNode, height: number, signal: AbortSignal): Promise<string | undefined> {
  return testnet.blockHash(node, height, signal).catch(() => undefined)
}

/** Which nodes have another block than the first node. */
function divergence(
  nodes: readonly NodeSummary[],
  hashes: readonly (string | undefined)[],
  height: number,
): string | undefined {
  const silent = nodes.filter((_, index) => hashes[index] === undefined)
  if (silent.length > 0) return `${namesOf(silent)} gave no block ${height}`
  const others = nodes.filter((_, index) => hashes[index] !== hashes[0])
  if (others.length === 0) return undefined
  return `${namesOf(others)} and ${nodes[0]?.name} have different blocks ${height}`
}

function judgement(found: {
  readonly failed: number
  readonly everyBlockReplayed: boolean | null
}): string | undefined {
  if (found.failed > 0) return `${found.failed} replays disagreed with their blocks`
  return found.everyBlockReplayed === false ? 'some nodes did not replay every block' : undefined
}

function namesOf(nodes: readonly NodeSummary[]): string {
  return nodes.map(({ name }) => name).join(', ')
}

/** Mean time in seconds between the blocks of two heights. */
async function spacing(server: TestnetNode, from: number, to: number, signal: AbortSignal): Promise<number | null> {
  if (to <= from) return null
  const [first, last] = await Promise.all([from, to].map((number) => timestampOf(server, number, signal)))
  return first === undefined || last === undefined ? null : round((last - first) / (to - from))
}

/** How many blocks are asked for at a time. */
const COUNTED_AT_ONCE = 64

/** How many transactions the blocks of a range have. */
async function countTransactions(server: TestnetNode, from: number, to: number, signal: AbortSignal): Promise<number> {
  let sum = 0
  for (let first = from; first <= to; first += COUNTED_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(COUNTED_AT_ONCE, to - first + 1) }, (_, index) => first + index)
    const counts = await Promise.all(
      numbers.map((number) => ask(server.process, 'eth_getBlockTransactionCountByNumber', [number], { signal })),
    )
    sum += counts.reduce((all, count) => all + Number(count), 0)
  }
  return sum
}

async function timestampOf(server: TestnetNode, number: number, signal: AbortSignal): Promise<number | undefined> {
  const block = await ask(server.process, 'eth_getBlockByNumber', [number, false], { signal }).catch(() => null)
  return block === null ? undefined : Number(block.timestamp)
}

function sumOf(nodes: readonly NodeSummary[], value: (node: NodeSummary) => number): number {
  return nodes.reduce((sum, node) => sum + value(node), 0)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { defined } from '@poai/core'
import type { ClusterCommand, ClusterEvent, ClusterLook } from './cluster-messages.ts'

/** A node in a process of its own, as its parent has it. */
export interface ClusterNode {
  readonly peerId: string
  readonly address: string
  readonly pid: number
  /** When each block became the head, by its hash; milliseconds that all processes share. */
  readonly heads: ReadonlyMap<string, number>
  ask(command: ClusterCommand): Promise<unknown>
  look(): Promise<ClusterLook>
  stop(): Promise<void>
  kill(): Promise<void>
}

const SCRIPT = join(import.meta.dirname, 'node-process.ts')
/** A start is two seconds of CPU; on a machine that many others use, that may be minutes. */
const START_TIMEOUT_MS = 300_000

/** What a node keeps from one life to the next. */
export interface ClusterNodeOptions {
  /** libp2p's protobuf of its key. */
  readonly key?: Uint8Array
  /** Of its database; in memory unless given. */
  readonly directory?: string
}

/** Starts a node that finds nobody by itself. */
export async function startClusterNode({ key, directory }: ClusterNodeOptions = {}): Promise<ClusterNode> {
  const child = fork(SCRIPT, [], {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning', '--expose-gc'],
    env: {
      ...process.env,
      ...defined({ POAI_TEST_KEY: key && Buffer.from(key).toString('hex'), POAI_TEST_DIRECTORY: directory }),
    },
  })
  const heads = new Map<string, number>()
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  let asked = 0
  const ready = new Promise<Extract<ClusterEvent, { kind: 'ready' }>>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a node did not start')), START_TIMEOUT_MS)
    child.on('message', (event: ClusterEvent) => {
      if (event.kind === 'ready') {
        clearTimeout(timer)
        resolve(event)
      } else if (event.kind === 'head') heads.set(event.hash, event.atMs)
      else settle(waiting, event)
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`a node ended with ${code}`))
    })
  })
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the node has ended'))
    waiting.clear()
  })
  const { peerId, addresses } = await ready
  const [address = ''] = addresses
  const ask = (command: ClusterCommand): Promise<unknown> =>
    new Promise((resolve, reject) => {
      asked++
      waiting.set(asked, { resolve, reject })
      child.send({ id: asked, command })
    })
  return {
    ...{ peerId, address, pid: child.pid ?? 0, heads, ask },
    look: async () => (await ask({ kind: 'look' })) as ClusterLook,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      await Promise.race([ask({ kind: 'stop' }), ended])
      await endWithin(child, ended, 5000)
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

function settle(
  waiting: Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>,
  event: Extract<ClusterEvent, { kind: 'answer' | 'failure' }>,
): void {
  const asker = waiting.get(event.id)
  waiting.delete(event.id)
  if (event.kind === 'answer') asker?.resolve(event.answer)
  else asker?.reject(new Error(event.message))
}

async function endWithin(child: ChildProcess, ended: Promise<unknown>, ms: number): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), ms)
  await ended
  clearTimeout(timer)
}

/** Numbers that only depend on the seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The edges of a random connected graph in which every node has so many neighbours. */
export function regularGraph(
  nodes: number,
  degree: number,
  random: () => number,
): readonly (readonly [number, number])[] {
  for (;;) {
    const stubs = Array.from({ length: nodes * degree }, (_, index) => index % nodes)
    for (let index = stubs.length - 1; index > 0; index--) {
      const other = Math.floor(random() * (index + 1))
      ;[stubs[index], stubs[other]] = [stubs[other] ?? 0, stubs[index] ?? 0]
    }
    const edges = new Set<string>()
    for (let index = 0; index < stubs.length; index += 2) {
      const [a = 0, b = 0] = [stubs[index], stubs[index + 1]].sort((x = 0, y = 0) => x - y)
      if (a !== b) edges.add(`${a} ${b}`)
    }
    const pairs = [...edges].map((edge) => edge.split(' ').map(Number) as [number, number])
    if (pairs.length === (nodes * degree) / 2 && isConnected(nodes, pairs)) return pairs
  }
}

function isConnected(nodes: number, edges: readonly (readonly [number, number])[]): boolean {
  const reached = new Set([0])
  for (let before = 0; before !== reached.size; ) {
    before = reached.size
    for (const [a, b] of edges) {
      if (reached.has(a)) reached.add(b)
      if (reached.has(b)) reached.add(a)
    }
  }
  return reached.size === nodes
}

/** Waits until a condition holds, and says what is the matter if it does not in time. */
export async function until(what: string, timeoutMs: number, condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + timeoutMs
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not in ${timeoutMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Starts nodes and connects them along the edges. */
export async function startCluster(
  count: number,
  edges: readonly (readonly [number, number])[],
): Promise<readonly ClusterNode[]> {
  const nodes: ClusterNode[] = []
  // A few at a time: a start is a second of CPU.
  for (let index = 0; index < count; index += 2) {
    const batch = Array.from({ length: Math.min(2, count - index) }, () => startClusterNode())
    nodes.push(...(await Promise.all(batch)))
  }
  for (const [a, b] of edges) await nodes[a]?.ask({ kind: 'connect', address: nodes[b]?.address ?? '' })
  await until('all are connected', 60_000, async () => {
    const looks = await Promise.all(nodes.map((node) => node.look()))
    return looks.reduce((sum, { peers }) => sum + peers.length, 0) === 2 * edges.length
  })
  return nodes
}

/** The value that so much of all values is below, of a non-empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

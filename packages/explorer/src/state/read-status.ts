import type { Status } from '../rpc/answers.ts'

/** The parts of a node's status that the page shows, with something to show where the node leaves one out. */
export interface NodeFigures {
  readonly attemptsPerSecond: number
  readonly tokensPerSecond: number
  readonly minerState: string
  readonly replays: number
  readonly failedReplays: number
  readonly replaysPerSecond: number
  readonly peers: number
  readonly pending: number
  readonly queued: number
  readonly reorganisations: number
  readonly deepest: number
  readonly memoryBytes: number
  readonly uptimeSeconds: number
  readonly workers: number
  readonly role: string
  readonly state: string
  readonly networkName: string
  readonly difficulty: number
}

type Tree = { readonly [key: string]: unknown }

function branch(tree: Tree | undefined, name: string): Tree | undefined {
  const value = tree?.[name]
  return typeof value === 'object' && value !== null ? (value as Tree) : undefined
}

function number(tree: Tree | undefined, name: string): number {
  const value = Number(tree?.[name] ?? 0)
  return Number.isFinite(value) ? value : 0
}

function text(tree: Tree | undefined, name: string, fallback: string): string {
  const value = tree?.[name]
  return typeof value === 'string' ? value : fallback
}

/** Reads a status. */
export function readStatus(status: Status | undefined): NodeFigures {
  const [miner, replays, mempool] = [branch(status, 'miner'), branch(status, 'replays'), branch(status, 'mempool')]
  const reorganisations = branch(status, 'reorganisations')
  return {
    attemptsPerSecond: number(miner, 'attemptsPerSecond'),
    tokensPerSecond: number(miner, 'tokensPerSecond'),
    minerState: miner === undefined ? 'does not mine' : text(miner, 'state', 'mines'),
    replays: number(replays, 'total'),
    failedReplays: number(replays, 'failed'),
    replaysPerSecond: number(replays, 'perSecond'),
    peers: number(status, 'peers'),
    pending: number(mempool, 'pending'),
    queued: number(mempool, 'queued'),
    reorganisations: number(reorganisations, 'count'),
    deepest: number(reorganisations, 'deepest'),
    memoryBytes: number(status, 'memoryBytes'),
    uptimeSeconds: number(status, 'uptimeSeconds'),
    workers: number(branch(status, 'engine'), 'workers'),
    role: text(status, 'role', 'node'),
    state: text(branch(status, 'state'), 'name', ''),
    networkName: text(branch(status, 'network'), 'name', ''),
    difficulty: number(branch(status, 'head'), 'difficulty'),
  }
}

import { RpcClientError } from '@poai/api/connect'
import type { JsonValue } from '@poai/core'

/** What a node said of itself by `poai_nodeStatus`, as far as a testnet shows it. */
export interface NodeSnapshot {
  readonly height: number
  readonly headHash: string
  /** Expected attempts for a block at its head. */
  readonly difficulty: number
  /** What it does now, for people. */
  readonly state: string
  /** More of it, for people; may be empty. */
  readonly detail: string
  readonly peers: number
  readonly peerId: string
  readonly addresses: readonly string[]
  /** Zero where nothing is mined. */
  readonly attemptsPerSecond: number
  readonly attempts: number
  readonly blocksMined: number
  readonly replaysPerSecond: number
  readonly replays: number
  readonly failedReplays: number
  readonly reorganisations: number
  readonly deepestReorganisation: number
  readonly pendingTransactions: number
  /** What runs the model: `native`, `wasm`, `llama.cpp`; empty before there is an engine. */
  readonly engine: string
  /** Of the node with its workers. */
  readonly memoryBytes: number
}

type JsonObject = Readonly<Record<string, JsonValue>>

/** Reads the result of `poai_nodeStatus`. Throws if it is no such thing. */
export function parseNodeSnapshot(result: JsonValue, address: string): NodeSnapshot {
  const status = objectIn(result)
  const head = objectIn(status['head'])
  const headHash = head['hash']
  if (typeof headHash !== 'string') {
    throw new RpcClientError('RPC_MALFORMED', `${address} gives no status of a node`, {
      actual: JSON.stringify(result).slice(0, 200),
    })
  }
  const miner = objectIn(status['miner'])
  const replays = objectIn(status['replays'])
  const reorganisations = objectIn(status['reorganisations'])
  return {
    height: numberIn(head['number']),
    headHash,
    difficulty: numberIn(head['difficulty']),
    state: textIn(objectIn(status['state'])['name']) ?? textIn(miner['state']) ?? '',
    detail: textIn(objectIn(status['state'])['detail']) ?? '',
    peers: numberIn(status['peers']),
    peerId: textIn(status['peerId']) ?? '',
    addresses: listIn(status['addresses']).filter((entry) => typeof entry === 'string'),
    attemptsPerSecond: numberIn(miner['attemptsPerSecond']),
    attempts: numberIn(miner['attempts']),
    blocksMined: numberIn(miner['blocksAccepted']),
    replaysPerSecond: numberIn(replays['perSecond']),
    replays: numberIn(replays['total']),
    failedReplays: numberIn(replays['failed']),
    reorganisations: numberIn(reorganisations['count']),
    deepestReorganisation: numberIn(reorganisations['deepest']),
    pendingTransactions: numberIn(objectIn(status['mempool'])['pending']),
    engine: textIn(objectIn(status['engine'])['program']) ?? '',
    memoryBytes: numberIn(status['memoryBytes']),
  }
}

/** A member of a document; an empty object if it is none. */
export function objectIn(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

/** The list in a document; an empty one if it is none. */
export function listIn(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

/** The text in a document. */
export function textIn(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A number in a document, or a quantity in decimal or hexadecimal text; 0 if it is none. */
export function numberIn(value: JsonValue | undefined): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : 0
}

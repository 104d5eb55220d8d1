import { defined } from '@poai/core'
import type { MinerStatus } from '@poai/miner'
import { isBehind, type SyncStatus } from '@poai/p2p'
import type { EngineServiceStatus } from '../engine/engine-service.ts'
import type { NodeState } from './node-state.ts'

/** What the state of a running node follows from. */
export interface Circumstances {
  readonly engine: EngineServiceStatus
  readonly miner: Pick<MinerStatus, 'state' | 'reason'>
  /** Why its miner waits: see `createMiningGate`. */
  readonly gateClosedBecause: string | undefined
  /** Undefined if the node takes part in no network. */
  readonly network: { readonly sync: SyncStatus; readonly peers: number } | undefined
  /** The node was told to wait for no peers: without them it has all that there is. */
  readonly isAlone: boolean
}

/** What a running node does: the first thing that keeps it from mining, if any. */
export function stateOf({ engine, miner, gateClosedBecause, network, isAlone }: Circumstances): NodeState {
  if (engine.state === 'abstaining') return withDetail('abstaining', engine.reason?.message)
  if (network !== undefined && isBehind(network.sync)) return { name: 'syncing', detail: describeSync(network.sync) }
  const isSetToMine = miner.state !== 'paused' && miner.state !== 'stopped' && miner.state !== 'failed'
  // The pause between two templates, or while a block is imported, is part of mining.
  if (isSetToMine && gateClosedBecause === undefined) return { name: 'mining' }
  if (network !== undefined && network.peers === 0 && !isAlone) return withDetail('no-peers', miner.reason)
  return withDetail('following', miner.state === 'failed' ? `mining failed: ${miner.reason}` : undefined)
}

function withDetail(name: NodeState['name'], detail: string | undefined): NodeState {
  return { name, ...defined({ detail }) }
}

function describeSync({ currentBlock, highestBlock, blocksPerSecond, secondsLeft }: SyncStatus): string {
  const percent = highestBlock === 0n ? 0 : Number((currentBlock * 100n) / highestBlock)
  const rate = `${blocksPerSecond.toFixed(blocksPerSecond < 10 ? 1 : 0)} blocks/s`
  const left = secondsLeft === undefined ? '' : `, ${Math.ceil(secondsLeft)} s left`
  return `block ${currentBlock} of ${highestBlock} (${percent} %), ${rate}${left}`
}

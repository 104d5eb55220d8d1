import { defined } from '@poai/core'
import type { MinerStatus } from '@poai/miner'
import { isBehind, type SyncStatus } from '@poai/p2p'
import type { EngineServiceStatus } from '../engine/engine-service.ts'
import type { NodeState } from './node-state.ts'

/** What the state of a node that runs follows from. */
export interface Circumstances {
  readonly engine: EngineServiceStatus
  readonly miner: Pick<MinerStatus, 'state' | 'reason'>
  /** Why its miner waits: see `createNodeMiningGate`. */
  readonly gateClosedBecause: string | undefined
  /** Undefined where the node takes part in no network. */
  readonly network: { readonly sync: SyncStatus; readonly peers: number } | undefined
  /** It was told that there is none to wait for: without peers it has all that there is. */
  readonly isAlone: boolean
}

/** What a node that is up does, the most hindering thing first. */
export function stateOf({ engine, miner, gateClosedBecause, network, isAlone }: Circumstances): NodeState {
  if (engine.state === 'abstaining') return withDetail('abstaining', engine.reason?.message)
  if (network !== undefined && isBehind(network.sync)) return { name: 'syncing', detail: describeSync(network.sync) }
  const isSetToMine = miner.state !== 'paused' && miner.state !== 'stopped' && miner.state !== 'failed'
  // A pause between two templates, or while a block is imported, is part of mining.
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

import { defined } from '@poai/core'
import type { MinerStatus } from '@poai/miner'
import { isBehind, type SyncStatus } from '@poai/p2p'
import type { EngineServiceStatus } from '../engine/engine-service.ts'
import type { CallableStatus } from '../engine/model-engines.ts'
import type { NodeState } from './node-state.ts'

/** What the state of a running node follows from. */
export interface Circumstances {
  readonly engine: EngineServiceStatus
  /** The models that contracts may call. */
  readonly callable: readonly CallableStatus[]
  readonly miner: Pick<MinerStatus, 'state' | 'reason'>
  /** Why its miner waits: see `createMiningGate`. */
  readonly gateClosedBecause: string | undefined
  /** Undefined if the node takes part in no network. */
  readonly network: { readonly sync: SyncStatus; readonly peers: number } | undefined
  /** The node was told to wait for no peers: without them it has all that there is. */
  readonly isAlone: boolean
}

/** What a running node does: the first thing that keeps it from mining, if any. */
export function stateOf({ engine, callable, miner, gateClosedBecause, network, isAlone }: Circumstances): NodeState {
  if (engine.state === 'abstaining') return withDetail('abstaining', engine.reason?.message)
  const missing = whatIsMissing(callable)
  if (network !== undefined && isBehind(network.sync))
    return withDetail('syncing', joined(describeSync(network.sync), missing))
  const isSetToMine = miner.state !== 'paused' && miner.state !== 'stopped' && miner.state !== 'failed'
  // The pause between two templates, or while a block is imported, is part of mining.
  if (isSetToMine && gateClosedBecause === undefined) return withDetail('mining', missing)
  if (network !== undefined && network.peers === 0 && !isAlone)
    return withDetail('no-peers', joined(miner.reason, missing))
  return withDetail(
    'following',
    joined(miner.state === 'failed' ? `mining failed: ${miner.reason}` : undefined, missing),
  )
}

/** A block that calls a model that is not there cannot be judged: the node stops before it. */
function whatIsMissing(callable: readonly CallableStatus[]): string | undefined {
  const lines = callable
    .filter(({ state }) => state === 'abstaining')
    .map(({ name, reason }) => `blocks that call ${name} cannot be judged: ${reason?.message ?? 'no reason is known'}`)
  return lines.length === 0 ? undefined : lines.join('; ')
}

function joined(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined || other === undefined ? (one ?? other) : `${one}; ${other}`
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

import { Emitter, type Logger } from '@poai/core'
import type { MiningGate } from '@poai/miner'
import type { Network, SyncStatus } from '@poai/p2p'
import type { WorkJudge } from '../judge/work-judge.ts'

/** What the gate needs, and nothing more. */
export interface NodeMiningGateDependencies {
  readonly judge: Pick<WorkJudge, 'status' | 'onChange'>
  /** Undefined where the node takes part in no network. */
  readonly network: Pick<Network, 'peers' | 'syncStatus' | 'onSyncChange' | 'onPeerChange'> | undefined
  readonly logger: Pick<Logger, 'error'>
}

/** Blocks that may be missing without being "behind": they come while one looks. */
const SMALL_GAP = 2n

/**
 * True if the node imports a chain so much longer than its own that its blocks would be stale: one whose work was
 * sampled, and whose blocks come in. What peers claim, and headers whose blocks nobody has, are no reason to stop
 * mining.
 */
export function isBehind({ state, currentBlock, highestBlock }: SyncStatus): boolean {
  return state === 'blocks' && highestBlock > currentBlock + SMALL_GAP
}

/** Mining waits for the self-test, for the first peer unless `alone`, and for the node to catch up. */
export function createNodeMiningGate(
  { alone }: { readonly alone: boolean },
  { judge, network, logger }: NodeMiningGateDependencies,
): MiningGate {
  const changes = new Emitter<void>('mining gate', logger)
  const tell = (): void => changes.emit()
  judge.onChange(tell)
  network?.onSyncChange(tell)
  network?.onPeerChange(tell)
  return {
    closedBecause: () => {
      const { state, reason } = judge.status
      if (state === 'abstaining') return `this node abstains: ${reason?.message ?? 'its engine does not run'}`
      if (state !== 'ready') return 'the self-test is not done yet'
      if (network === undefined) return undefined
      const isAlone = !network.peers.list().some(({ peer }) => peer !== undefined)
      if (isAlone && !alone) return 'no peers yet (--mine-alone mines without)'
      const sync = network.syncStatus()
      return isBehind(sync) ? `catching up: block ${sync.currentBlock} of ${sync.highestBlock}` : undefined
    },
    onChange: changes.subscribe,
  }
}

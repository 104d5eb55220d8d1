import { Emitter, type Logger } from '@poai/core'
import type { MiningGate } from '@poai/miner'
import { isBehind, type Network } from '@poai/p2p'
import type { EngineService } from '../engine/engine-service.ts'

/** What the gate needs, and nothing more. */
export interface MiningGateDependencies {
  readonly engine: Pick<EngineService, 'status' | 'onChange'>
  /** Undefined if the node takes part in no network. */
  readonly network: Pick<Network, 'peers' | 'syncStatus' | 'onSyncChange' | 'onPeerChange'> | undefined
  readonly logger: Pick<Logger, 'error'>
}

/** Mining waits for the self-test, for the first peer unless `alone`, and for the node to catch up. */
export function createMiningGate(
  { alone }: { readonly alone: boolean },
  { engine, network, logger }: MiningGateDependencies,
): MiningGate {
  const changes = new Emitter<void>('mining gate', logger)
  const tell = (): void => changes.emit()
  engine.onChange(tell)
  network?.onSyncChange(tell)
  network?.onPeerChange(tell)
  return {
    closedBecause: () => {
      const { state, reason } = engine.status
      if (state === 'abstaining') return `this node abstains: ${reason?.message ?? 'its engine does not run'}`
      if (state !== 'ready') return 'the self-test is not done yet'
      if (network === undefined) return undefined
      if (network.peers.connected().length === 0 && !alone) return 'no peers yet (--mine-alone mines without)'
      const sync = network.syncStatus()
      return isBehind(sync) ? `catching up: block ${sync.currentBlock} of ${sync.highestBlock}` : undefined
    },
    onChange: changes.subscribe,
  }
}

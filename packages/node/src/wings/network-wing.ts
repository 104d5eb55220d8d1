import { isBehind, type Network, networkMethods } from '@poai/p2p'
import type { SyncProgress } from '@poai/rpc'
import type { Ground } from '../ground.ts'
import { Late } from '../lifecycle/late.ts'
import { readFrom } from '../metrics/metric.ts'
import { lookAtNetwork, NETWORK_ROWS } from '../network/network-metrics.ts'
import { openNetwork } from '../network/open-network.ts'
import type { ChainWing } from './chain-wing.ts'
import type { EngineWing } from './engine-wing.ts'
import type { Telling } from './wing.ts'

/** The node among its peers. */
export interface NetworkWing extends Telling<'peerId' | 'addresses' | 'peers' | 'sync'> {
  /** Stays empty if the node takes part in no network. */
  readonly joined: Late<Network>
  /** How far the node has caught up; undefined if it is not behind. */
  syncProgress(): SyncProgress | undefined
}

/** Joins the network, unless the configuration says not to. */
export function networkWing(
  ground: Ground,
  { chain, engine }: { readonly chain: ChainWing; readonly engine: EngineWing },
): NetworkWing {
  const joined = new Late<Network>('the node has not joined its network yet')
  return {
    stage: 'joining',
    joined,
    syncProgress: () => progressOf(joined.now),
    methods: networkMethods(joined),
    metrics: readFrom(NETWORK_ROWS, () => lookAtNetwork(joined.now, chain.parts.now?.chain.head().number ?? 0n)),
    status: () => networkToJson(joined.now),
    start: async (services, { topics, protocols }) => {
      if (!ground.config.p2p.enabled) return
      const network = await openNetwork(ground, {
        ...{ topics, protocols },
        chain: chain.parts.made,
        replayPolicy: chain.replayPolicy,
        engine: engine.service,
        verifier: engine.replays,
      })
      await services.start('network', joined.make(network))
    },
  }
}

function progressOf(network: Network | undefined): SyncProgress | undefined {
  const sync = network?.syncStatus()
  if (sync === undefined || !isBehind(sync)) return undefined
  const { state, currentBlock, highestBlock, blocksPerSecond, secondsLeft = null } = sync
  const details = { state, blocksPerSecond, secondsLeft }
  return { startingBlock: currentBlock, currentBlock, highestBlock, details }
}

function networkToJson(network: Network | undefined): ReturnType<NetworkWing['status']> {
  if (network === undefined) return { peerId: null, addresses: [], peers: 0, sync: null }
  const { state, currentBlock, highestBlock, blocksPerSecond, secondsLeft = null } = network.syncStatus()
  return {
    peerId: network.peerId,
    addresses: network.addresses(),
    peers: network.peers.connected().length,
    sync: {
      ...{ state, blocksPerSecond, secondsLeft },
      currentBlock: Number(currentBlock),
      highestBlock: Number(highestBlock),
    },
  }
}

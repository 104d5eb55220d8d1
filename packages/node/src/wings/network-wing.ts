import type { Network } from '@poai/p2p'
import type { Ground } from '../ground.ts'
import { Late } from '../lifecycle/late.ts'
import { readFrom } from '../metrics/metric.ts'
import { NETWORK_ROWS } from '../network/network-metrics.ts'
import { openNetwork } from '../network/open-network.ts'
import type { ChainWing } from './chain-wing.ts'
import type { EngineWing } from './engine-wing.ts'
import type { Telling } from './wing.ts'

/** The node among others. */
export interface NetworkWing extends Telling<'peerId' | 'addresses' | 'peers' | 'sync'> {
  /** Stays empty where the node takes part in no network. */
  readonly joined: Late<Network>
}

/** Joins the network, unless the node is to be without one. */
export function networkWing(
  ground: Ground,
  { chain, engine }: { readonly chain: ChainWing; readonly engine: EngineWing },
): NetworkWing {
  const joined = new Late<Network>()
  return {
    stage: 'joining',
    joined,
    metrics: readFrom(NETWORK_ROWS, () => ({
      network: joined.now,
      headNumber: chain.parts.now?.chain.head().number ?? 0n,
    })),
    status: () => networkToJson(joined.now),
    start: async (services) => {
      if (!ground.config.p2p.enabled) return
      const network = await openNetwork(ground, {
        chain: chain.parts.made,
        replayPolicy: chain.replayPolicy,
        engine: engine.service,
        verifier: engine.replays,
      })
      await services.start('network', joined.make(network))
    },
  }
}

/** Peers that are connected. */
export function countPeers({ peers }: Pick<Network, 'peers'>): number {
  return peers.list().filter(({ peer }) => peer !== undefined).length
}

function networkToJson(network: Network | undefined): ReturnType<NetworkWing['status']> {
  if (network === undefined) return { peerId: null, addresses: [], peers: 0, sync: null }
  const { state, currentBlock, highestBlock, blocksPerSecond, secondsLeft = null } = network.syncStatus()
  return {
    peerId: network.peerId,
    addresses: network.addresses(),
    peers: countPeers(network),
    sync: {
      ...{ state, blocksPerSecond, secondsLeft },
      currentBlock: Number(currentBlock),
      highestBlock: Number(highestBlock),
    },
  }
}

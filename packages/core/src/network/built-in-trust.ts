import { equalBytes } from '../bytes.ts'
import { BUILT_IN_NETWORKS } from './built-in-networks.ts'
import { genesisHash } from './genesis.ts'
import type { NetworkParams } from './network-params.ts'
import { type NetworkTrust, NO_TRUST } from './network-trust.ts'

/**
 * What this release knows of the chains of the built-in networks. Raise it with each release, from a node that has
 * verified the whole chain; nothing yet, since the public network has not begun.
 */
const BUILT_IN_TRUST: Readonly<Record<string, NetworkTrust>> = { devnet: NO_TRUST, testnet: NO_TRUST }

/** What is known of a network's chain: nothing, if it is not built in. */
export function trustOf(params: NetworkParams): NetworkTrust {
  const hash = genesisHash(params)
  const found = Object.entries(BUILT_IN_NETWORKS).find(([, network]) => equalBytes(genesisHash(network), hash))
  return (found === undefined ? undefined : BUILT_IN_TRUST[found[0]]) ?? NO_TRUST
}

/** Everything that either of them knows. */
export function joinTrust(one: NetworkTrust, other: NetworkTrust): NetworkTrust {
  return {
    minimumWork: one.minimumWork > other.minimumWork ? one.minimumWork : other.minimumWork,
    checkpoints: [...one.checkpoints, ...other.checkpoints],
  }
}

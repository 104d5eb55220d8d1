import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import type { Chain } from '@poai/chain'
import type { WorkVerifier } from '@poai/consensus'
import type { BlockCodecs, Clock, Logger, NetworkParams, NetworkTrust } from '@poai/core'
import { createNetwork, createStoredPeerNotes, loadIdentity, type Network, type ReplayPolicy } from '@poai/p2p'
import type { Database } from '@poai/storage'
import type { NodeConfig } from '../config/node-config.ts'
import type { DataPlaces } from '../data-directory.ts'
import { NodeError } from '../node-error.ts'

export interface OpenNetworkOptions {
  readonly params: NetworkParams
  readonly trust: NetworkTrust
  readonly places: DataPlaces
  readonly config: Pick<NodeConfig, 'p2p' | 'storage'>
  /** Empty for a node that judges nothing. */
  readonly domain: string
  readonly version: string
  /** Decides what is replayed of the past; the chain's verifier asks it too. */
  readonly replayPolicy: ReplayPolicy
}

/** What a network needs, and nothing more. */
export interface OpenNetworkDependencies {
  readonly chain: Chain
  readonly codecs: BlockCodecs
  /** Replays whatever it is asked. */
  readonly verifier: WorkVerifier
  readonly database: Database
  readonly clock: Clock
  readonly logger: Logger
}

/** The node's part in its network, not yet started. Reads the node's key, or makes it. */
export async function openNetwork(
  { params, trust, places, config, domain, version, replayPolicy }: OpenNetworkOptions,
  { database, ...dependencies }: OpenNetworkDependencies,
): Promise<Network> {
  const { p2p, storage } = config
  const { bootnodes, announce, mdns, privateAddresses } = p2p
  const { targetOutbound, maxInbound, maxPerAddress, sharedAddresses } = p2p
  const preSharedKey = p2p.pskFile === undefined ? undefined : await readKeyFile(p2p.pskFile)
  return createNetwork(
    {
      ...{ params, trust, domain, bootnodes, announce, mdns, privateAddresses, replayPolicy },
      identity: await loadIdentity(places.key),
      agent: `poai/${version}`,
      servesAllBlocks: storage.keep !== 'light',
      listen: [`/${isIPv6(p2p.host) ? 'ip6' : 'ip4'}/${p2p.host}/tcp/${p2p.port}`],
      staticPeers: p2p.peers,
      kademlia: p2p.dht,
      limits: { targetOutbound, maxInbound, maxPerAddress, sharedAddresses },
      ...(preSharedKey === undefined ? {} : { preSharedKey }),
    },
    { ...dependencies, notes: createStoredPeerNotes(database.store, database.committer) },
  )
}

async function readKeyFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new NodeError('NODE_KEY_FILE', `cannot read the key file ${path}`, {
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'check --psk-file and the permissions of the file',
      cause,
    })
  })
}

import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import type { WorkVerifier } from '@poai/consensus'
import { defined } from '@poai/core'
import {
  createNetwork,
  createStoredPeerNotes,
  loadIdentity,
  type Network,
  type ReplayPolicy,
  type ServedProtocol,
  type TopicDeclaration,
} from '@poai/p2p'
import type { ChainParts } from '../chain/open-chain.ts'
import type { EngineService } from '../engine/engine-service.ts'
import type { Ground } from '../ground.ts'
import { NodeError } from '../node-error.ts'

/** What the network needs from other wings. */
export interface OpenNetworkDependencies {
  readonly chain: ChainParts
  readonly replayPolicy: ReplayPolicy
  readonly engine: Pick<EngineService, 'status'>
  /** Replays whatever it is asked. */
  readonly verifier: WorkVerifier
  /** Of other features. */
  readonly topics: readonly TopicDeclaration<unknown>[]
  readonly protocols: readonly ServedProtocol<unknown, unknown>[]
}

/** The node's part in its network, not yet started. Reads the node's key, or creates it. */
export async function openNetwork(
  { params, trust, places, config, version, clock, logger }: Ground,
  { chain: { chain, codecs, database }, replayPolicy, engine, ...shared }: OpenNetworkDependencies,
): Promise<Network> {
  const { p2p, storage } = config
  const { bootnodes, announce, mdns, privateAddresses } = p2p
  const { targetOutbound, maxInbound, maxPerAddress, sharedAddresses } = p2p
  const preSharedKey = p2p.pskFile === undefined ? undefined : await readKeyFile(p2p.pskFile)
  return createNetwork(
    {
      ...{ params, trust, bootnodes, announce, mdns, privateAddresses, replayPolicy },
      identity: await loadIdentity(places.key),
      // A node that judges nothing announces no domain.
      domain: engine.status.state === 'ready' ? params.work.domain : '',
      agent: `poai/${version}`,
      servesAllBlocks: storage.keep !== 'light',
      listen: [`/${isIPv6(p2p.host) ? 'ip6' : 'ip4'}/${p2p.host}/tcp/${p2p.port}`],
      staticPeers: p2p.peers,
      kademlia: p2p.dht,
      limits: { targetOutbound, maxInbound, maxPerAddress, sharedAddresses },
      ...defined({ preSharedKey }),
    },
    {
      ...{ ...shared, chain, codecs, clock, logger },
      notes: createStoredPeerNotes(database.store, database.committer),
    },
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

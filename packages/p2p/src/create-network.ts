import { defined, genesisHash, NO_TRUST } from '@poai/core'
import { BlockGossip } from './blocks/block-gossip.ts'
import { ForeignBlocks } from './blocks/foreign-blocks.ts'
import { ForwardedBlocks } from './blocks/forwarded-blocks.ts'
import { CostAllowance } from './budget/cost-allowance.ts'
import { createInferenceBudget } from './budget/inference-budget.ts'
import { ForkCheck } from './handshake/fork-check.ts'
import { createHandshake } from './handshake/handshake.ts'
import { StatusPusher } from './handshake/status-pusher.ts'
import type { Host } from './host/host.ts'
import { createHost, type HostDependencies, type HostOptions } from './host/libp2p-host.ts'
import { bucketSecretOf } from './identity/bucket-secret.ts'
import { parsePreSharedKey } from './identity/pre-shared-key.ts'
import { ComposedNetwork, type Network, type NetworkDependencies, type NetworkParts } from './network.ts'
import { NETWORK_DEFAULTS, type NetworkOptions } from './network-options.ts'
import { ConnectedPeers } from './peers/connected-peers.ts'
import { Dialer } from './peers/dialer.ts'
import { Liveness } from './peers/liveness.ts'
import { createNetworkGroups } from './peers/network-groups.ts'
import type { PeerStatus } from './peers/peer.ts'
import { createPeerBook } from './peers/peer-book.ts'
import { GOODBYE_ROOM, type PeerLimits } from './peers/peer-limits.ts'
import { PeerMemory } from './peers/peer-memory.ts'
import { createRequestTransport } from './requests/request-transport.ts'
import { createChainRequests } from './sync/chain-requests.ts'
import { createReplayPolicy } from './sync/replay-policy.ts'
import { serveChain } from './sync/serve-chain.ts'
import { createSynchroniser } from './sync/synchroniser.ts'
import { networkPrefix } from './topics/topic-name.ts'
import { Topics } from './topics/topics.ts'
import { PoolExchange } from './transactions/pool-exchange.ts'
import { TransactionGossip } from './transactions/transaction-gossip.ts'
import { TRANSACTION_LIMITS } from './transactions/transaction-limits.ts'

/**
 * Connections per second from one address: what an honest node needs, or a machine full of nodes that start at once.
 */
const CONNECTION_RATE = 5
const SHARED_CONNECTION_RATE = 200

type Settings = NetworkOptions & typeof NETWORK_DEFAULTS

/** The node's part in its network; `start` listens and dials. */
export function createNetwork(options: NetworkOptions, dependencies: NetworkDependencies): Network {
  return new ComposedNetwork(composeParts(options, dependencies), dependencies)
}

/** Parts that need each other get functions instead of values: nobody calls them before the start. */
function composeParts(options: NetworkOptions, dependencies: NetworkDependencies): NetworkParts {
  const limits: PeerLimits = { ...NETWORK_DEFAULTS.limits, ...options.limits }
  const settings: Settings = { ...NETWORK_DEFAULTS, ...options, limits }
  const { chain, clock, logger, random = Math.random } = dependencies
  const { params, identity } = settings
  const { sharedAddresses } = limits
  const network = genesisHash(params)
  const { mempool } = chain

  const host = composeHost(settings, {
    logger,
    gate: {
      admitsAddress: (address) => peers.gate.admitsAddress(address),
      admitsPeer: (...peer) => peers.gate.admitsPeer(...peer),
    },
    gossip: { admits: (message) => topics.admits(message) },
  })
  const groups = createNetworkGroups(limits)
  const memory = new PeerMemory({ secret: bucketSecretOf(identity), groups }, dependencies)
  const peers: ConnectedPeers = new ConnectedPeers(
    { limits, groups },
    {
      ...{ host, memory, clock, logger },
      meritsOf: (peerId) => ({
        roundTripMs: liveness.roundTripMs(peerId),
        broughtBlockAtMs: blocks.lastBroughtMs(peerId),
      }),
    },
  )
  const shared = { ...dependencies, random, host, peers, memory }
  const forks = new ForkCheck({ params }, dependencies)
  const handshake = createHandshake(
    { genesisHash: network },
    {
      streams: host.streams,
      ownStatus: () => ownStatus(settings, { chain, forks }),
      refusal: (remote) => peers.refusal(remote),
      report: (peerId, offence) => peers.report(peerId, offence),
      ...{ forks, clock, logger },
    },
  )
  const dialer = new Dialer(
    { ...settings, groups, ownId: identity.peerId, targetOutbound: limits.targetOutbound },
    shared,
  )
  const liveness = new Liveness(shared)
  const transport = createRequestTransport({ sharedAddresses }, { ...shared, streams: host.streams })

  const requests = createChainRequests({ params }, { ...shared, transport })
  const foreign = new ForeignBlocks()
  const forwarded = new ForwardedBlocks()
  const budget = createInferenceBudget({ sharedAddresses }, dependencies)
  const sync = createSynchroniser(
    { params, trust: options.trust ?? NO_TRUST, sharedAddresses },
    {
      ...{ ...shared, requests, foreign, budget },
      policy: options.replayPolicy ?? createReplayPolicy({ kind: 'full' }),
      serve: () => serveChain({ ...dependencies, transport, forwarded }),
    },
  )
  const isCurrent = (): boolean => sync.status().state === 'idle'

  const topics: Topics = new Topics(
    { genesisHash: network, sharedAddresses },
    { ...shared, router: host.router, isCurrent },
  )
  const blocks: BlockGossip = new BlockGossip({
    ...{ ...shared, topics, budget, foreign, forwarded },
    fetchBody: (...request) => sync.fetchBody(...request),
    onGap: (...gap) => sync.onGap(...gap),
  })
  const transactions = new TransactionGossip({ topics, mempool, clock })
  const exchange = new PoolExchange({
    ...{ ...shared, source: sync, mempool, isCurrent },
    allowance: new CostAllowance({ limits: TRANSACTION_LIMITS, sharedAddresses }, dependencies),
  })
  return {
    ...{ host, memory, peers, dialer, handshake, topics, transport, blocks, transactions, exchange, sync },
    book: createPeerBook({ peers, dialer, liveness, memory, clock }),
    services: [sync, new StatusPusher(shared), exchange, liveness, dialer],
  }
}

function composeHost(
  settings: Settings,
  { logger, ...screens }: HostDependencies & Pick<HostOptions, 'gate' | 'gossip'>,
): Host {
  const { identity, limits, preSharedKey, mdns, kademlia, privateAddresses } = settings
  const protocolPrefix = networkPrefix(genesisHash(settings.params))
  return createHost(
    {
      ...identity,
      listen: settings.listen,
      announce: settings.announce,
      agent: settings.agent,
      protocolPrefix,
      serviceTag: `${protocolPrefix.slice(1).replace('/', '-')}.local`,
      preSharedKey: preSharedKey === undefined ? undefined : parsePreSharedKey(preSharedKey),
      discovery: { mdns, kademlia, privateAddresses },
      maxConnections: limits.maxInbound + limits.targetOutbound + 2 * GOODBYE_ROOM,
      maxConnectionRate: limits.sharedAddresses ? SHARED_CONNECTION_RATE : CONNECTION_RATE,
      ...screens,
    },
    { logger },
  )
}

function ownStatus(
  { agent, domain, servesAllBlocks }: Pick<Settings, 'agent' | 'domain' | 'servesAllBlocks'>,
  { chain, forks }: Pick<NetworkDependencies, 'chain'> & { readonly forks: Pick<ForkCheck, 'ownId'> },
): PeerStatus {
  const { number, hash, totalWork } = chain.head()
  return {
    headNumber: number,
    headHash: hash,
    totalWork,
    version: agent,
    domain,
    services: { allBlocks: servesAllBlocks, transactions: true },
    ...defined({ forkId: forks.ownId }),
  }
}

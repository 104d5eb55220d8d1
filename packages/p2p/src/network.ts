import type { Chain } from '@poai/chain'
import type { WorkVerifier } from '@poai/consensus'
import {
  type BlockCodecs,
  type Clock,
  Emitter,
  genesisHash,
  type Logger,
  type Startable,
  type Subscribe,
} from '@poai/core'
import { BlockGossip, type BlockGossipCounts } from './blocks/block-gossip.ts'
import { MAX_BLOCK_MESSAGE_BYTES } from './blocks/block-message.ts'
import { ForeignBlocks } from './blocks/foreign-blocks.ts'
import { TransactionAllowance } from './budget/cost-allowance.ts'
import type { VerificationBudget } from './budget/verification-budget.ts'
import { createHandshake, type Handshake } from './handshake/handshake.ts'
import { StatusPusher } from './handshake/status-pusher.ts'
import type { Host } from './host/host.ts'
import { createHost } from './host/libp2p-host.ts'
import { bucketSecretOf } from './identity/bucket-secret.ts'
import { parsePreSharedKey } from './identity/pre-shared-key.ts'
import { NETWORK_DEFAULTS, type NetworkOptions } from './network-options.ts'
import { ConnectedPeers, type PeerChange, type PeerCounts } from './peers/connected-peers.ts'
import { type DialCounts, Dialer } from './peers/dialer.ts'
import { Liveness } from './peers/liveness.ts'
import { createNetworkGroups } from './peers/network-groups.ts'
import type { PeerStatus } from './peers/peer.ts'
import { createPeerBook, type PeerBook } from './peers/peer-book.ts'
import { GOODBYE_ROOM } from './peers/peer-limits.ts'
import { PeerMemory } from './peers/peer-memory.ts'
import type { PeerNotes } from './peers/peer-notes.ts'
import { type Reachability, reachabilityOf } from './peers/reachability.ts'
import type { NetworkSync, SyncStatus } from './sync/network-sync.ts'
import { GossipGate } from './topics/topic-gate.ts'
import { networkPrefix, topicsOf } from './topics/topic-name.ts'
import { PoolExchange } from './transactions/pool-exchange.ts'
import { MAX_BATCH_MESSAGE_BYTES } from './transactions/transaction-batch.ts'
import { TransactionGossip, type TransactionGossipCounts } from './transactions/transaction-gossip.ts'

/** The node's part in its network: peers, gossip and synchronisation. */
export interface Network extends Startable {
  readonly peerId: string
  /** Multiaddresses with the peer id, that others can dial. */
  addresses(): readonly string[]
  readonly peers: PeerBook
  syncStatus(): SyncStatus
  reachability(): Reachability
  figures(): NetworkFigures
  readonly onSyncChange: Subscribe<SyncStatus>
  readonly onPeerChange: Subscribe<PeerChange>
}

/** What a network needs, and nothing more. */
export interface NetworkDependencies {
  readonly chain: Pick<
    Chain,
    | 'head'
    | 'finalized'
    | 'judgeHeader'
    | 'context'
    | 'importBlock'
    | 'onHead'
    | 'onOrphanRejected'
    | 'mempool'
    | 'queries'
  >
  readonly codecs: BlockCodecs
  /** Replays whatever it is asked, as the chain's own one does but for what the replay policy excuses. */
  readonly verifier: WorkVerifier
  readonly notes: PeerNotes
  readonly clock: Clock
  readonly logger: Logger
  /** From 0 up to 1. Default: the machine's. */
  readonly random?: () => number
}

/** Counters since the start, and how many there are now. */
export interface NetworkFigures {
  readonly peers: PeerCounts
  readonly dials: DialCounts
  readonly blocks: BlockGossipCounts
  readonly transactions: TransactionGossipCounts
  /** Transactions that came by asking for pools. */
  readonly transactionsPulled: number
}

/** What synchronisation is made from. */
export interface SyncContext extends NetworkDependencies {
  readonly host: Pick<Host, 'streams'>
  readonly peers: ConnectedPeers
  readonly foreign: ForeignBlocks
}

/** Synchronisation and the budget that it shares with gossip. */
export interface SyncParts {
  readonly sync: NetworkSync
  readonly budget: VerificationBudget
}

/** Puts the parts together; `start` acts. Synchronisation is what `createParts` makes of its context. */
export function composeNetwork(
  options: NetworkOptions,
  dependencies: NetworkDependencies,
  createParts: (context: SyncContext) => SyncParts,
): Network {
  return new ComposedNetwork(options, dependencies, createParts)
}

/**
 * Connections from one address in a second: what an honest node needs, or a machine full of them that starts at once.
 */
const CONNECTION_RATE = 5
const SHARED_CONNECTION_RATE = 200

class ComposedNetwork implements Network {
  readonly peerId: string
  readonly peers: PeerBook
  readonly #dependencies: NetworkDependencies
  readonly #host: Host
  readonly #memory: PeerMemory
  readonly #connected: ConnectedPeers
  readonly #dialer: Dialer
  readonly #handshake: Handshake
  readonly #blocks: BlockGossip
  readonly #transactions: TransactionGossip
  readonly #exchange: PoolExchange
  readonly #sync: NetworkSync
  readonly #services: readonly Startable[]
  readonly #changes: Emitter<PeerChange>
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor(
    options: NetworkOptions,
    dependencies: NetworkDependencies,
    createParts: (context: SyncContext) => SyncParts,
  ) {
    const settings = { ...NETWORK_DEFAULTS, ...options, limits: { ...NETWORK_DEFAULTS.limits, ...options.limits } }
    const { chain, codecs, clock, logger, random = Math.random } = dependencies
    const { params, identity, limits, privateAddresses } = settings
    const network = genesisHash(params)
    const topics = topicsOf(network)
    this.peerId = identity.peerId
    this.#dependencies = dependencies
    this.#changes = new Emitter('peer change', logger)
    const groups = createNetworkGroups(limits)
    this.#memory = new PeerMemory({ secret: bucketSecretOf(identity), groups }, dependencies)
    this.#host = createHost(
      {
        ...identity,
        listen: settings.listen,
        announce: settings.announce,
        agent: settings.agent,
        protocolPrefix: networkPrefix(network),
        serviceTag: `${networkPrefix(network).slice(1).replace('/', '-')}.local`,
        preSharedKey: settings.preSharedKey === undefined ? undefined : parsePreSharedKey(settings.preSharedKey),
        discovery: { mdns: settings.mdns, kademlia: settings.kademlia, privateAddresses },
        maxConnections: limits.maxInbound + limits.targetOutbound + 2 * GOODBYE_ROOM,
        maxConnectionRate: limits.sharedAddresses ? SHARED_CONNECTION_RATE : CONNECTION_RATE,
        gate: {
          admitsAddress: (address) => this.#connected.gate.admitsAddress(address),
          admitsPeer: (...peer) => this.#connected.gate.admitsPeer(...peer),
        },
        gossip: {
          topics: [topics.blocks, topics.transactions],
          maxMessageBytes: Math.max(MAX_BLOCK_MESSAGE_BYTES, MAX_BATCH_MESSAGE_BYTES),
          admits: (message) => gossipGate.admits(message),
        },
      },
      { logger },
    )
    const host = this.#host
    const memory = this.#memory
    this.#connected = new ConnectedPeers(
      { ownId: this.peerId, limits, groups },
      {
        ...{ host, memory, clock, logger },
        meritsOf: (peerId) => ({
          roundTripMs: liveness.roundTripMs(peerId),
          broughtBlockAtMs: this.#blocks.lastBroughtMs(peerId),
        }),
      },
    )
    const peers = this.#connected
    this.#handshake = createHandshake(
      { genesisHash: network },
      {
        streams: host.streams,
        ownStatus: () => this.#status(settings),
        refusal: (remote) => peers.refusal(remote),
        report: (peerId, offence) => peers.report(peerId, offence),
        clock,
        logger,
      },
    )
    this.#dialer = new Dialer(
      { ...settings, groups, ownId: this.peerId, targetOutbound: limits.targetOutbound },
      { host, peers, memory, clock, random, logger },
    )
    const liveness = new Liveness({ host, peers, clock, logger })
    const pusher = new StatusPusher({ peers, chain, clock, logger })
    const foreign = new ForeignBlocks()
    const { sync, budget } = createParts({ ...dependencies, host, peers, foreign })
    this.#sync = sync
    this.#blocks = new BlockGossip(
      { topic: topics.blocks },
      {
        ...{ router: host.router, chain, codecs, peers, budget, foreign, clock, logger },
        fetchBody: (...request) => sync.fetchBody(...request),
        onGap: (...gap) => sync.onGap(...gap),
      },
    )
    const { sharedAddresses } = limits
    const allowance = new TransactionAllowance({ sharedAddresses }, { clock })
    const isCurrent = (): boolean => sync.status().state === 'idle'
    const gossipGate = new GossipGate({ transactions: topics.transactions }, { peers, allowance, isCurrent })
    this.#transactions = new TransactionGossip(
      { topic: topics.transactions },
      { router: host.router, mempool: chain.mempool, allowance, peers, clock, logger },
    )
    this.#exchange = new PoolExchange({
      ...{ source: sync, mempool: chain.mempool, peers, isCurrent, clock, random, logger },
      allowance: new TransactionAllowance({ sharedAddresses }, { clock }),
    })
    // In the order in which they start; they stop in the other one.
    this.#services = [host, sync, pusher, this.#exchange, liveness, this.#dialer]
    this.peers = createPeerBook({ peers, dialer: this.#dialer, liveness, memory, clock })
  }

  get onSyncChange(): Subscribe<SyncStatus> {
    return this.#sync.onChange
  }

  get onPeerChange(): Subscribe<PeerChange> {
    return this.#changes.subscribe
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'running'
    await this.#memory.load()
    this.#connected.onJoined((peer) => this.#changes.emit({ kind: 'joined', peer }))
    this.#connected.onLeft((peer) => this.#changes.emit({ kind: 'left', peer }))
    this.#connected.onStatus((peer) => this.#changes.emit({ kind: 'status', peer }))
    await this.#connected.attach(this.#handshake)
    this.#blocks.start()
    this.#transactions.start()
    for (const service of this.#services) await service.start()
    this.#dependencies.logger.info('Joined the network', { peerId: this.peerId, addresses: this.addresses() })
  }

  async stop(): Promise<void> {
    if (this.#state !== 'running') return
    this.#state = 'stopped'
    const [host, ...others] = this.#services
    this.#blocks.stop()
    await this.#transactions.stop()
    for (const service of others.toReversed()) await service.stop()
    await this.#connected.stop()
    await host?.stop()
    await this.#memory.saved()
  }

  addresses(): readonly string[] {
    return this.#host.addresses()
  }

  syncStatus(): SyncStatus {
    return this.#sync.status()
  }

  reachability(): Reachability {
    return reachabilityOf(this.#host, this.#connected.list())
  }

  figures(): NetworkFigures {
    return {
      peers: this.#connected.counts,
      dials: this.#dialer.counts,
      blocks: this.#blocks.counts,
      transactions: this.#transactions.counts,
      transactionsPulled: this.#exchange.pulled,
    }
  }

  #status({
    agent,
    domain,
    servesAllBlocks,
  }: Pick<typeof NETWORK_DEFAULTS, 'agent' | 'domain' | 'servesAllBlocks'>): PeerStatus {
    const { number, hash, totalWork } = this.#dependencies.chain.head()
    return {
      headNumber: number,
      headHash: hash,
      totalWork,
      version: agent,
      domain,
      services: { allBlocks: servesAllBlocks, transactions: true },
    }
  }
}

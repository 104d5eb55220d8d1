import type { Chain } from '@poai/chain'
import type { WorkVerifier } from '@poai/consensus'
import { type BlockCodecs, type Clock, Emitter, type Logger, type Startable, type Subscribe } from '@poai/core'
import type { BlockGossip, BlockGossipCounts } from './blocks/block-gossip.ts'
import type { Handshake } from './handshake/handshake.ts'
import type { Host } from './host/host.ts'
import type { ConnectedPeers, PeerChange, PeerCounts } from './peers/connected-peers.ts'
import type { DialCounts, Dialer } from './peers/dialer.ts'
import type { PeerBook } from './peers/peer-book.ts'
import type { PeerMemory } from './peers/peer-memory.ts'
import type { PeerNotes } from './peers/peer-notes.ts'
import { type Reachability, reachabilityOf } from './peers/reachability.ts'
import type { Ask, RequestProtocol, ServedProtocol } from './requests/request-protocol.ts'
import type { RequestTransport } from './requests/request-transport.ts'
import type { NetworkSync, SyncStatus } from './sync/network-sync.ts'
import type { TopicDeclaration } from './topics/topic-declaration.ts'
import type { Topics } from './topics/topics.ts'
import type { Topic } from './topics/validated-topic.ts'
import type { PoolExchange } from './transactions/pool-exchange.ts'
import type { TransactionGossip, TransactionGossipCounts } from './transactions/transaction-gossip.ts'

/** The node's part in its network: peers, gossip and synchronisation. */
export interface Network extends Startable {
  readonly peerId: string
  /** Multiaddresses with the peer id, that others can dial. */
  addresses(): readonly string[]
  readonly peers: PeerBook
  syncStatus(): SyncStatus
  reachability(): Reachability
  figures(): NetworkFigures
  /** A topic that the dependencies declare. Throws a `RangeError` for any other. */
  topic<Message>(declaration: TopicDeclaration<Message>): Topic<Message>
  /** Asks peers by any protocol. This node answers only those that the dependencies declare. */
  askerOf<Query, Reply>(protocol: RequestProtocol<Query, Reply>): Ask<Query, Reply>
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
    | 'onStage'
    | 'mempool'
    | 'queries'
  >
  readonly codecs: BlockCodecs
  /** Replays whatever it is asked to, unlike the chain's own verifier, which skips what the replay policy excuses. */
  readonly verifier: WorkVerifier
  readonly notes: PeerNotes
  /** Topics of other packages, beside those of blocks and transactions. */
  readonly topics?: readonly TopicDeclaration<unknown>[]
  /** Protocols of other packages that this node answers. */
  readonly protocols?: readonly ServedProtocol<unknown, unknown>[]
  readonly clock: Clock
  readonly logger: Logger
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number
}

/** Counters since the start, and current numbers. */
export interface NetworkFigures {
  readonly peers: PeerCounts
  readonly dials: DialCounts
  readonly blocks: BlockGossipCounts
  readonly transactions: TransactionGossipCounts
  /** Transactions that came by asking for pools. */
  readonly transactionsPulled: number
}

/** What a network is put together from. */
export interface NetworkParts {
  readonly host: Host
  readonly memory: PeerMemory
  readonly peers: ConnectedPeers
  readonly book: PeerBook
  readonly dialer: Dialer
  readonly handshake: Handshake
  readonly topics: Topics
  readonly transport: RequestTransport
  readonly blocks: BlockGossip
  readonly transactions: TransactionGossip
  readonly exchange: PoolExchange
  readonly sync: NetworkSync
  /** They start after the host, in this order, and stop in the reverse one. */
  readonly services: readonly Startable[]
}

/** The parts as one network. */
export class ComposedNetwork implements Network {
  readonly peerId: string
  readonly peers: PeerBook
  readonly #parts: NetworkParts
  readonly #protocols: readonly ServedProtocol<unknown, unknown>[]
  readonly #topics: ReadonlyMap<unknown, Topic<unknown>>
  readonly #logger: Logger
  readonly #changes: Emitter<PeerChange>
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor(
    parts: NetworkParts,
    { logger, topics = [], protocols = [] }: Pick<NetworkDependencies, 'logger' | 'topics' | 'protocols'>,
  ) {
    this.peerId = parts.host.peerId
    this.peers = parts.book
    this.#parts = parts
    this.#protocols = protocols
    this.#topics = new Map(topics.map((declaration) => [declaration, parts.topics.open(declaration)]))
    this.#logger = logger
    this.#changes = new Emitter('peer change', logger)
  }

  get onSyncChange(): Subscribe<SyncStatus> {
    return this.#parts.sync.onChange
  }

  get onPeerChange(): Subscribe<PeerChange> {
    return this.#changes.subscribe
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'running'
    const { host, memory, peers, handshake, transport, blocks, transactions, services } = this.#parts
    await memory.load()
    peers.onJoined((peer) => this.#changes.emit({ kind: 'joined', peer }))
    peers.onLeft((peer) => this.#changes.emit({ kind: 'left', peer }))
    peers.onStatus((peer) => this.#changes.emit({ kind: 'status', peer }))
    await peers.attach(handshake)
    blocks.start()
    transactions.start()
    for (const { protocol, serve } of this.#protocols) await transport.handle(protocol, serve)
    await host.start()
    for (const service of services) await service.start()
    this.#logger.info('Joined the network', { peerId: this.peerId, addresses: this.addresses() })
  }

  async stop(): Promise<void> {
    if (this.#state !== 'running') return
    this.#state = 'stopped'
    const { host, memory, peers, topics, blocks, transactions, services } = this.#parts
    topics.stop()
    blocks.stop()
    await transactions.stop()
    for (const service of services.toReversed()) await service.stop()
    await peers.stop()
    await host.stop()
    await memory.saved()
  }

  addresses(): readonly string[] {
    return this.#parts.host.addresses()
  }

  syncStatus(): SyncStatus {
    return this.#parts.sync.status()
  }

  reachability(): Reachability {
    return reachabilityOf(this.#parts.host, this.#parts.peers.list())
  }

  topic<Message>(declaration: TopicDeclaration<Message>): Topic<Message> {
    const topic = this.#topics.get(declaration)
    if (topic === undefined) throw new RangeError(`the topic ${declaration.name} was not declared`)
    return topic
  }

  askerOf<Query, Reply>(protocol: RequestProtocol<Query, Reply>): Ask<Query, Reply> {
    return this.#parts.transport.askerOf(protocol)
  }

  figures(): NetworkFigures {
    const { peers, dialer, blocks, transactions, exchange } = this.#parts
    return {
      peers: peers.counts,
      dials: dialer.counts,
      blocks: blocks.counts,
      transactions: transactions.counts,
      transactionsPulled: exchange.pulled,
    }
  }
}

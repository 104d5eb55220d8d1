import { type Clock, type Logger, type Startable, utf8ToBytes } from '@poai/core'
import type { FoundPeer, Host } from '../host/host.ts'
import { isPrivateAddress, isPrivateLocation, parseDialAddress } from '../host/multiaddresses.ts'
import type { ConnectedPeers } from './connected-peers.ts'
import type { KnownPeer } from './known-peers.ts'
import { DISCONNECT_SCORE } from './offences.ts'
import type { PeerMemory } from './peer-memory.ts'

export interface DialerOptions {
  readonly ownId: string
  readonly targetOutbound: number
  /** Asked when too few others are known; multiaddresses. */
  readonly bootnodes: readonly string[]
  /** Kept connected; multiaddresses. */
  readonly staticPeers: readonly string[]
  /** Dials addresses of private networks that strangers told of. */
  readonly privateAddresses: boolean
}

/** What a dialer needs, and nothing more. */
export interface DialerDependencies {
  readonly host: Pick<Host, 'dial' | 'explore' | 'tidy' | 'onFound'>
  readonly peers: Pick<ConnectedPeers, 'get' | 'list' | 'onLeft' | 'onJoined'>
  readonly memory: PeerMemory
  readonly clock: Clock
  /** From 0 up to 1: so that nodes that lost each other do not dial in step. */
  random(): number
  readonly logger: Logger
}

/** What dialing came to since the start. */
export interface DialCounts {
  readonly succeeded: number
  readonly failed: number
}

/** How often the dialer looks round. */
const TICK_MS = 500
/** The first pause after a failed dial; each further one is twice as long. */
const BACKOFF_MS = 1000
/** The longest pause for nodes that were found. */
const MAX_BACKOFF_MS = 600_000
/** The longest one for those that an operator named: when they are back, so are we, within half a minute. */
const MAX_NAMED_BACKOFF_MS = 20_000
/** Under this much of the target, bootnodes are asked too. */
const ENOUGH_PEERS = 3
/** Strangers' addresses may be black holes: each holds a dial for its time. */
const MAX_PARALLEL_DIALS = 8
const DIAL_TIMEOUT_MS = 10_000

/** Of two questions for more nodes, while peers are missing; longer with enough of them to be no island. */
const EXPLORE_MS = 5000
const EXPLORE_RARELY_MS = 30_000
const EXPLORE_TIMEOUT_MS = 10_000
/** How often the library's memory of peers is brought down to ours: in a minute a stranger can tell it of some thousands. */
const TIDY_MS = 60_000

/** Finds peers until there are enough of them, and goes on when they go. */
export class Dialer implements Startable {
  readonly #options: DialerOptions
  readonly #dependencies: DialerDependencies
  readonly #dialing = new Map<string, Promise<void>>()
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined
  #exploring: Promise<void> | undefined
  #nextExploreMs = 0
  #nextTidyMs = 0
  #succeeded = 0
  #failed = 0

  constructor(options: DialerOptions, dependencies: DialerDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  get counts(): DialCounts {
    return { succeeded: this.#succeeded, failed: this.#failed }
  }

  async start(): Promise<void> {
    if (this.#loop !== undefined) return
    const { bootnodes, staticPeers } = this.#options
    for (const address of bootnodes) this.#name(address, 'bootnode')
    for (const address of staticPeers) this.#name(address, 'static')
    this.#dependencies.host.onFound((found) => this.#learn(found))
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the dialer is being stopped'))
    await this.#loop
    await this.#exploring
    await Promise.all(this.#dialing.values())
  }

  /** From now on the node at this address is kept connected. Throws a `NetworkError` if it is no address. */
  add(address: string): KnownPeer {
    const peer = this.#name(address, 'static')
    this.#dependencies.memory.save(peer.name)
    this.#dialDue()
    return peer
  }

  #name(address: string, role: 'static' | 'bootnode'): KnownPeer {
    const { peerId, location } = parseDialAddress(address)
    const { known } = this.#dependencies.memory
    const name = peerId ?? location
    const before = known.get(name)
    const locations = [...new Set([location, ...(before?.locations ?? [])])]
    const kept = before?.role === 'static' ? 'static' : role
    return known.put(name, { peerId, locations, role: kept, failures: 0, nextDialMs: 0 })
  }

  #learn({ peerId, locations: found, isNear }: FoundPeer): void {
    const { memory, peers } = this.#dependencies
    if (peerId === this.#options.ownId) return
    const mayBePrivate = this.#options.privateAddresses && (isNear || this.#isAmongItsOwn(peerId))
    const locations = found.filter((location) => isDialable(location) && (mayBePrivate || !isPrivateLocation(location)))
    if (locations.length === 0) return
    memory.known.learn(peerId, locations)
    if (peers.get(peerId) === undefined) return
    memory.known.succeeded(peerId, this.#dependencies.clock.nowMs())
    memory.save(peerId)
  }

  /**
   * True while all peers are on this machine or its local network, or if that one is. Otherwise strangers of the internet could have this
   * node knock at doors of its owner's network.
   */
  #isAmongItsOwn(peerId: string): boolean {
    const { peers } = this.#dependencies
    const peer = peers.get(peerId)
    const seen = peer === undefined ? peers.list() : [peer]
    return seen.every(({ address }) => isPrivateAddress(address))
  }

  async #run(): Promise<void> {
    const { clock } = this.#dependencies
    while (!this.#stopping.signal.aborted) {
      this.#dialDue()
      this.#explore()
      await this.#tidy()
      await clock.sleep(TICK_MS, this.#stopping.signal).catch(() => undefined)
    }
  }

  #dialDue(): void {
    for (const peer of this.#candidates()) {
      if (this.#dialing.size >= MAX_PARALLEL_DIALS || this.#stopping.signal.aborted) return
      const dialing = this.#dial(peer).finally(() => this.#dialing.delete(peer.name))
      this.#dialing.set(peer.name, dialing)
    }
  }

  async #tidy(): Promise<void> {
    const { host, memory, clock, logger } = this.#dependencies
    if (clock.nowMs() < this.#nextTidyMs) return
    this.#nextTidyMs = clock.nowMs() + TIDY_MS
    try {
      await host.tidy((peerId) => memory.known.get(peerId) !== undefined)
    } catch (error) {
      logger.debug('Old peers could not be forgotten', { error })
    }
  }

  /** Looks for more nodes as long as there is room. */
  #explore(): void {
    const { host, peers, clock, logger } = this.#dependencies
    const now = clock.nowMs()
    const connected = peers.list()
    const outbound = connected.filter(({ direction }) => direction === 'out').length
    const isWanted = connected.length > 0 && outbound < this.#options.targetOutbound
    if (!isWanted || this.#exploring !== undefined || now < this.#nextExploreMs) return
    this.#nextExploreMs = now + (connected.length < ENOUGH_PEERS ? EXPLORE_MS : EXPLORE_RARELY_MS)
    const signal = AbortSignal.any([AbortSignal.timeout(EXPLORE_TIMEOUT_MS), this.#stopping.signal])
    this.#exploring = host
      .explore(signal)
      .catch((error: unknown) => logger.debug('No more nodes could be found', { error }))
      .finally(() => {
        this.#exploring = undefined
      })
  }

  /** Those whose turn it is, the most urgent first: static peers always, others as far as there is room. */
  #candidates(): readonly KnownPeer[] {
    const { memory, peers, clock } = this.#dependencies
    const now = clock.nowMs()
    const due = memory.known.list().filter((peer) => this.#isDue(peer, now))
    const outbound = peers.list().filter(({ direction }) => direction === 'out').length
    const underWay = [...this.#dialing.keys()].filter((name) => memory.known.get(name)?.role !== 'static').length
    const room = Math.max(0, this.#options.targetOutbound - outbound - underWay)
    const needsBootnodes = peers.list().length < Math.min(ENOUGH_PEERS, this.#options.targetOutbound)
    const others = due
      .filter(({ role }) => role === 'found' || (role === 'bootnode' && needsBootnodes))
      .sort((a, b) => a.failures - b.failures || b.lastSeenMs - a.lastSeenMs || this.#coin(a, b))
    return [...due.filter(({ role }) => role === 'static'), ...others.slice(0, room)]
  }

  #isDue({ name, peerId, locations, nextDialMs }: KnownPeer, now: number): boolean {
    const { memory, peers } = this.#dependencies
    if (locations.length === 0 || nextDialMs > now || this.#dialing.has(name)) return false
    if (memory.bans.find(name) !== undefined || memory.scores.scoreOf(name) <= DISCONNECT_SCORE) return false
    return peerId === undefined || (peerId !== this.#options.ownId && peers.get(peerId) === undefined)
  }

  /** Another order on every node, and the same one in one sort. */
  #coin(a: KnownPeer, b: KnownPeer): number {
    const weight = ({ name }: KnownPeer): number =>
      utf8ToBytes(name + this.#options.ownId).reduce((sum, byte) => (sum * 31 + byte) % 65_521, 7)
    return weight(a) - weight(b)
  }

  async #dial(peer: KnownPeer): Promise<void> {
    const { host, memory, logger, clock } = this.#dependencies
    const suffix = peer.peerId === undefined ? '' : `/p2p/${peer.peerId}`
    const signal = AbortSignal.any([AbortSignal.timeout(DIAL_TIMEOUT_MS), this.#stopping.signal])
    // Whatever comes of it, the same node is not dialled again at once: a peer that turns us away closes after we are connected.
    const nextDialMs = clock.nowMs() + this.#backoff(peer)
    try {
      const remote = await host.dial(
        peer.locations.map((location) => location + suffix),
        signal,
      )
      this.#succeeded++
      memory.known.failed(peer.name, nextDialMs)
      if (peer.peerId === undefined) this.#identify(peer, remote.id)
    } catch (error) {
      this.#failed++
      if (this.#stopping.signal.aborted) return
      logger.debug('A peer could not be reached', { peer: peer.name, error })
      if (memory.known.failed(peer.name, nextDialMs) === undefined) memory.save(peer.name)
    }
  }

  /** An address without a peer id has one now. */
  #identify(peer: KnownPeer, peerId: string): void {
    const { memory, peers } = this.#dependencies
    memory.known.forget(peer.name)
    if (peerId === this.#options.ownId) return
    memory.known.put(peerId, { ...peer, peerId })
    if (peers.get(peerId) !== undefined) memory.known.succeeded(peerId, this.#dependencies.clock.nowMs())
  }

  #backoff({ failures, role }: KnownPeer): number {
    const longest = role === 'found' ? MAX_BACKOFF_MS : MAX_NAMED_BACKOFF_MS
    const pause = Math.min(longest, BACKOFF_MS * 2 ** Math.min(failures, 30))
    return pause * (0.5 + this.#dependencies.random())
  }
}

function isDialable(location: string): boolean {
  try {
    parseDialAddress(location)
    return true
  } catch {
    return false
  }
}

import type { Clock, Logger, Startable } from '@poai/core'
import type { FoundPeer, Host } from '../host/host.ts'
import { isPrivateAddress, isPrivateLocation, parseDialAddress } from '../host/multiaddresses.ts'
import { keepAnchors } from './anchors.ts'
import type { ConnectedPeers } from './connected-peers.ts'
import { drawOne, planDials } from './dial-plan.ts'
import type { KnownPeer } from './known-peer.ts'
import type { NetworkGroups } from './network-groups.ts'
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
  readonly groups: NetworkGroups
}

/** What a dialer needs, and nothing more. */
export interface DialerDependencies {
  readonly host: Pick<Host, 'dial' | 'explore' | 'tidy' | 'onFound'>
  readonly peers: Pick<ConnectedPeers, 'get' | 'list' | 'expectFeeler'>
  readonly memory: PeerMemory
  readonly clock: Clock
  /** From 0 up to 1: keeps nodes that lost each other from dialling in step. */
  random(): number
  readonly logger: Logger
}

/** How dials have ended since the start. */
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
/** The longest pause for nodes that an operator named: once they are back, we reconnect within half a minute. */
const MAX_NAMED_BACKOFF_MS = 20_000
/** Under this much of the target, bootnodes are asked too. */
const ENOUGH_PEERS = 3
/** Strangers' addresses may lead nowhere: each holds a dial for this long. */
const MAX_PARALLEL_DIALS = 8
const DIAL_TIMEOUT_MS = 10_000

/**
 * How often a node that we only heard of, or one that stands in another's way, is dialled to see whether it is there:
 * all new ones within two days.
 */
export const FEELER_MS = 120_000

/** Between two requests for more nodes while peers are missing; longer with enough of them not to be isolated. */
const EXPLORE_MS = 5000
const EXPLORE_RARELY_MS = 30_000
const EXPLORE_TIMEOUT_MS = 10_000
/** How often the library's memory of peers is reduced to ours: a stranger can tell it of thousands in a minute. */
const TIDY_MS = 60_000

/** Finds peers until there are enough of them, and again when some leave. */
export class Dialer implements Startable {
  readonly #options: DialerOptions
  readonly #dependencies: DialerDependencies
  readonly #dialing = new Map<string, Promise<void>>()
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined
  #exploring: Promise<void> | undefined
  #nextExploreMs = 0
  #nextTidyMs = 0
  #nextFeelerMs = 0
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
    this.#nextFeelerMs = this.#dependencies.clock.nowMs() + FEELER_MS
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
    return known.appoint(name, kept, { peerId, locations, failures: 0, nextDialMs: 0 })
  }

  /** An inbound connection does not show where a node can be reached: only nodes that were dialled count as seen. */
  #learn({ peerId, locations: found, origin, toldBy }: FoundPeer): void {
    const { memory, peers, clock } = this.#dependencies
    if (peerId === this.#options.ownId) return
    const mayBePrivate = this.#options.privateAddresses && (origin === 'near' || this.#isAmongItsOwn(peerId))
    const locations = found.filter((location) => isDialable(location) && (mayBePrivate || !isPrivateLocation(location)))
    if (locations.length === 0) return
    const before = memory.known.get(peerId)
    const peer = peers.get(peerId)
    let after = memory.known.learn(peerId, locations, { origin, toldBy })
    if (origin === 'itself' && peer?.direction === 'out') {
      after = memory.known.succeeded(peerId, { address: peer.address, nowMs: clock.nowMs(), locations })
    }
    const isNews = before?.locations.join() !== after?.locations.join() || before?.lastSeenMs !== after?.lastSeenMs
    if (isNews) memory.save(peerId)
  }

  /**
   * True while all peers are on this machine or its local network, or if this peer is. Otherwise strangers on the
   * internet could make this node probe its owner's network.
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
      this.#feel()
      this.#explore()
      keepAnchors(this.#dependencies.peers.list(), this.#dependencies.memory, clock.nowMs())
      await this.#tidy()
      await clock.sleep(TICK_MS, this.#stopping.signal).catch(() => undefined)
    }
  }

  #dialDue(): void {
    for (const peer of this.#candidates()) {
      if (this.#dialing.size >= MAX_PARALLEL_DIALS || this.#stopping.signal.aborted) return
      this.#track(peer, this.#dial(peer))
    }
  }

  #track({ name }: KnownPeer, dial: Promise<unknown>): void {
    const done = dial.then(
      () => undefined,
      () => undefined,
    )
    this.#dialing.set(
      name,
      done.finally(() => this.#dialing.delete(name)),
    )
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

  /** Those whose turn it is: static peers always, others as far as there is room. */
  #candidates(): readonly KnownPeer[] {
    const { memory, peers, clock, random } = this.#dependencies
    const now = clock.nowMs()
    const taken = this.#takenGroups()
    const connected = peers.list().length
    return planDials({
      known: memory.known,
      anchors: memory.anchors,
      room: this.#room(),
      needsBootnodes: connected < Math.min(ENOUGH_PEERS, this.#options.targetOutbound),
      isDue: (peer) => this.#isDue(peer, now),
      hasFreeGroup: ({ group, isNear }) => isNear || !this.#options.groups.limitsOutbound || !taken.has(group),
      random,
    })
  }

  /** How many more peers may be chosen, static ones aside. */
  #room(): number {
    const { memory, peers } = this.#dependencies
    const outbound = peers.list().filter(({ direction }) => direction === 'out').length
    const underWay = [...this.#dialing.keys()].filter((name) => memory.known.get(name)?.role !== 'static').length
    return Math.max(0, this.#options.targetOutbound - outbound - underWay)
  }

  /** Networks of chosen peers, and of those that are being dialled. */
  #takenGroups(): ReadonlySet<string> {
    const { memory, peers } = this.#dependencies
    const outbound = peers.list().filter(({ direction }) => direction === 'out')
    const dialing = [...this.#dialing.keys()].flatMap((name) => memory.known.get(name) ?? [])
    return new Set([
      ...outbound.map(({ address }) => this.#options.groups.ofAddress(address)),
      ...dialing.map(({ group }) => group),
    ])
  }

  /**
   * Tests now and then whether a node can be reached, once all places are taken; before that, ordinary dials show it.
   */
  #feel(): void {
    const { memory, clock, random } = this.#dependencies
    const now = clock.nowMs()
    if (now < this.#nextFeelerMs || this.#dialing.size >= MAX_PARALLEL_DIALS) return
    this.#nextFeelerMs = now + FEELER_MS
    const contested = this.#silentOf(memory.known.contested()).find((peer) => this.#isDue(peer, now))
    const fresh = memory.known.buckets('new').map((bucket) => bucket.filter((peer) => this.#isDue(peer, now)))
    const isIdle = this.#room() === 0
    const one = isIdle
      ? drawOne(
          fresh.filter((bucket) => bucket.length > 0),
          { random },
        )
      : undefined
    const peer = contested ?? one
    if (peer?.peerId !== undefined) this.#track(peer, this.#test(peer, peer.peerId))
  }

  /** Those that are connected need no test. */
  #silentOf(contested: readonly KnownPeer[]): readonly KnownPeer[] {
    const { memory, peers } = this.#dependencies
    const connected = contested.filter(({ name }) => peers.get(name) !== undefined)
    for (const { name } of connected) memory.known.answered(name)
    return contested.filter((peer) => !connected.includes(peer))
  }

  async #test(peer: KnownPeer, peerId: string): Promise<void> {
    const done = this.#dependencies.peers.expectFeeler(peerId)
    if (!(await this.#dial(peer))) done()
  }

  #isDue({ name, peerId, locations, nextDialMs }: KnownPeer, now: number): boolean {
    const { memory, peers } = this.#dependencies
    if (locations.length === 0 || nextDialMs > now || this.#dialing.has(name)) return false
    if (memory.bans.find(name) !== undefined || memory.scores.scoreOf(name) <= DISCONNECT_SCORE) return false
    return peerId === undefined || (peerId !== this.#options.ownId && peers.get(peerId) === undefined)
  }

  /** True if a connection stands; its handshake comes then. */
  async #dial(peer: KnownPeer): Promise<boolean> {
    const { host, memory, logger, clock } = this.#dependencies
    const suffix = peer.peerId === undefined ? '' : `/p2p/${peer.peerId}`
    const signal = AbortSignal.any([AbortSignal.timeout(DIAL_TIMEOUT_MS), this.#stopping.signal])
    // Whatever the outcome, the same node is not dialled again at once: a peer that turns us away closes after we are
    // connected.
    memory.known.postpone(peer.name, clock.nowMs() + this.#backoff(peer))
    try {
      const remote = await host.dial(
        peer.locations.map((location) => location + suffix),
        signal,
      )
      this.#succeeded++
      if (peer.peerId === undefined) this.#identify(peer, remote.id)
      return true
    } catch (error) {
      this.#failed++
      if (this.#stopping.signal.aborted) return false
      logger.debug('A peer could not be reached', { peer: peer.name, error })
      for (const name of memory.known.failed(peer.name)) memory.save(name)
      return false
    }
  }

  /** An address without a peer id has one now. */
  #identify(peer: KnownPeer, peerId: string): void {
    const { memory, peers, clock } = this.#dependencies
    memory.known.forget(peer.name)
    if (peerId === this.#options.ownId || peer.role === 'found') return
    memory.known.appoint(peerId, peer.role, { ...peer, peerId, failures: peer.failures + 1 })
    const connected = peers.get(peerId)
    if (connected?.direction === 'out') {
      memory.known.succeeded(peerId, { address: connected.address, nowMs: clock.nowMs() })
    }
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

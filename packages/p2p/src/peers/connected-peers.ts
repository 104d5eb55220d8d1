import { type Clock, Emitter, type Logger, type Subscribe } from '@poai/core'
import { RecentMap } from '../budget/recent-map.ts'
import type { Handshake } from '../handshake/handshake.ts'
import type { GoodbyeReason } from '../handshake/status-message.ts'
import type { ConnectionGate } from '../host/connection-gate.ts'
import type { Host } from '../host/host.ts'
import { addressGroup, isPrivateAddress, networkGroup } from '../host/multiaddresses.ts'
import type { Remote } from '../host/stream-host.ts'
import { NetworkError } from '../network-error.ts'
import { ArrivalRate } from './arrival-rate.ts'
import { BAN_MS } from './ban-list.ts'
import { chooseEvicted, type InboundPeer } from './choose-evicted.ts'
import type { NetworkGroups } from './network-groups.ts'
import { BAN_SCORE, DISCONNECT_SCORE, OFFENCES, type Offence } from './offences.ts'
import type { Peer, PeerSet, PeerStatus } from './peer.ts'
import { ADDRESS_BAN_SCORE, GOODBYE_ROOM, type PeerLimits } from './peer-limits.ts'
import type { PeerMemory } from './peer-memory.ts'

/** A connection without a handshake is closed after this: longer than a handshake may take. */
const SILENCE_MS = 15_000
/**
 * Newcomers from one network may replace one peer in this time: constant coming and going must not push other peers
 * out.
 */
export const EVICTION_PAUSE_MS = 60_000
/** Networks that replaced a peer recently; there is no need to tell apart more of them than there are places. */
const MAX_EVICTERS = 256

export interface ConnectedPeersOptions {
  readonly ownId: string
  readonly limits: PeerLimits
  readonly groups: NetworkGroups
}

/** What the peers need, and nothing more. */
export interface ConnectedPeersDependencies {
  readonly host: Pick<Host, 'disconnect' | 'remotes' | 'forget' | 'onConnected' | 'onDisconnected'>
  readonly memory: PeerMemory
  /** The reasons to keep a peer. */
  meritsOf(peerId: string): Pick<InboundPeer, 'roundTripMs' | 'broughtBlockAtMs'>
  readonly clock: Clock
  readonly logger: Logger
}

/** A peer came or went, or told its status. */
export interface PeerChange {
  readonly kind: 'joined' | 'left' | 'status'
  readonly peer: Peer
}

/** Who is turned away or thrown out, and why. */
export interface PeerCounts {
  readonly inbound: number
  readonly outbound: number
  readonly bans: number
  /** Since the start. */
  readonly offences: Readonly<Partial<Record<Offence, number>>>
  readonly goodbyes: Readonly<Partial<Record<GoodbyeReason, number>>>
}

/** The peers whose handshake is done. Decides who may join and who must go. */
export class ConnectedPeers implements PeerSet {
  readonly #options: ConnectedPeersOptions
  readonly #dependencies: ConnectedPeersDependencies
  readonly #peers = new Map<string, Peer>()
  readonly #greeting = new Map<string, Remote>()
  readonly #feelers = new Set<string>()
  readonly #arrivals: ArrivalRate
  /** By network: when one of its newcomers replaced a peer. */
  readonly #evictions = new RecentMap<number>(MAX_EVICTERS)
  readonly #joined: Emitter<Peer>
  readonly #left: Emitter<Peer>
  readonly #statuses: Emitter<Peer>
  readonly #offences = new Map<Offence, number>()
  readonly #goodbyes = new Map<GoodbyeReason, number>()
  readonly #stopping = new AbortController()
  #handshake: Handshake | undefined

  constructor(options: ConnectedPeersOptions, dependencies: ConnectedPeersDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#arrivals = new ArrivalRate(dependencies.clock)
    this.#joined = new Emitter('peer joined', dependencies.logger)
    this.#left = new Emitter('peer left', dependencies.logger)
    this.#statuses = new Emitter('peer status', dependencies.logger)
  }

  get onJoined(): Subscribe<Peer> {
    return this.#joined.subscribe
  }

  get onLeft(): Subscribe<Peer> {
    return this.#left.subscribe
  }

  get onStatus(): Subscribe<Peer> {
    return this.#statuses.subscribe
  }

  /** Applies before anything from a stranger is read. */
  get gate(): ConnectionGate {
    return {
      admitsAddress: (address) => this.#admitsAddress(address),
      admitsPeer: (peerId, address) => !this.#isBanned(peerId, address),
    }
  }

  get counts(): PeerCounts {
    const peers = this.list()
    return {
      inbound: peers.filter(({ direction }) => direction === 'in').length,
      outbound: peers.filter(({ direction }) => direction === 'out').length,
      bans: this.#dependencies.memory.bans.list().length,
      offences: Object.fromEntries(this.#offences),
      goodbyes: Object.fromEntries(this.#goodbyes),
    }
  }

  /** Follows the connections of the host from now on. */
  async attach(handshake: Handshake): Promise<void> {
    this.#handshake = handshake
    const { host } = this.#dependencies
    host.onConnected((remote) => this.#meet(remote))
    host.onDisconnected((peerId) => this.#lose(peerId))
    handshake.onGreeted(({ remote, status }) => this.#join(remote, status))
    handshake.onFarewell(({ remote, reason }) => void this.#part(remote.id, reason))
    await handshake.listen()
  }

  /** Says goodbye to all. */
  async stop(): Promise<void> {
    this.#stopping.abort(new NetworkError('P2P_NOT_RUNNING', 'the network is being stopped'))
    await Promise.all(this.list().map(({ id }) => this.disconnect(id, 'shutting-down')))
  }

  list(): readonly Peer[] {
    return [...this.#peers.values()]
  }

  get(peerId: string): Peer | undefined {
    return this.#peers.get(peerId)
  }

  /** Why a node of our network is turned away. */
  refusal({ id, address, direction }: Remote): GoodbyeReason | undefined {
    if (this.#isBanned(id, address)) return 'banned'
    if (this.#dependencies.memory.scores.scoreOf(id) <= DISCONNECT_SCORE) return 'low-score'
    if (this.#peers.has(id) || this.#isStatic(id)) return undefined
    if (direction === 'in' && this.#isFull() && this.#weakest(address) === undefined) return 'too-many-peers'
    if (this.#isAddressFull(address, id)) return 'same-address'
    return undefined
  }

  report(peerId: string, offence: Offence): void {
    const { memory, logger } = this.#dependencies
    this.#offences.set(offence, (this.#offences.get(offence) ?? 0) + 1)
    const score = memory.scores.add(peerId, OFFENCES[offence])
    const address = this.#addressOf(peerId)
    logger.debug('A peer did wrong', { peerId, address, offence, score })
    memory.save(peerId)
    if (address !== undefined) this.#reportAddress(address, offence)
    if (score <= BAN_SCORE) this.ban(peerId, BAN_MS, offence)
    else if (score <= DISCONNECT_SCORE) void this.disconnect(peerId, 'low-score')
  }

  /** Bans a peer id or, after `ip:`, a group of addresses, and closes its connections. */
  ban(target: string, durationMs: number, reason: string): void {
    const { memory, clock, logger } = this.#dependencies
    memory.ban({ target, untilMs: clock.nowMs() + durationMs, reason })
    logger.info('Banned a peer', { target, minutes: Math.round(durationMs / 60_000), reason })
    for (const remote of this.#dependencies.host.remotes()) {
      if (remote.id === target || banTargetOf(remote.address) === target) void this.disconnect(remote.id, 'banned')
    }
  }

  /** Tells a peer why, then closes. */
  async disconnect(peerId: string, reason: GoodbyeReason): Promise<void> {
    await this.#handshake?.sayGoodbye(peerId, reason)
    await this.#part(peerId, reason)
  }

  /**
   * The next connection to this peer only tests whether it can be reached, and ends with the handshake. The returned
   * function calls that off. Such a peer never joins, so it counts only for the book.
   */
  expectFeeler(peerId: string): () => void {
    this.#feelers.add(peerId)
    return () => this.#feelers.delete(peerId)
  }

  /** Sends our status to a peer and takes its own. */
  async exchangeStatus(peer: Peer): Promise<void> {
    if (this.#handshake === undefined) return
    try {
      const status = await this.#handshake.greet(peer, this.#stopping.signal)
      this.#join(peer, status)
    } catch (error) {
      if (isGoodbye(error, 'other-rules')) await this.disconnect(peer.id, 'other-rules')
      throw error
    }
  }

  #admitsAddress(address: string): boolean {
    const { limits } = this.#options
    const { bans } = this.#dependencies.memory
    if (bans.find(banTargetOf(address)) !== undefined) return false
    const inbound = this.#dependencies.host.remotes().filter(({ direction }) => direction === 'in')
    if (inbound.length >= limits.maxInbound + GOODBYE_ROOM) return false
    if (limits.sharedAddresses) return true
    const group = addressGroup(address)
    const same = inbound.filter((remote) => addressGroup(remote.address) === group).length
    // One more than may stay, so that it is told why.
    return same <= limits.maxPerAddress && this.#arrivals.admits(address)
  }

  #isBanned(peerId: string, address: string): boolean {
    const { bans } = this.#dependencies.memory
    return bans.find(peerId) !== undefined || (address !== '' && bans.find(banTargetOf(address)) !== undefined)
  }

  #isFull(): boolean {
    return this.counts.inbound >= this.#options.limits.maxInbound
  }

  /** The peer that a newcomer from this address may replace. */
  #weakest(newcomer: string): string | undefined {
    const { meritsOf, clock } = this.#dependencies
    const lastMs = this.#evictions.get(networkGroup(newcomer))
    const isTooSoon = lastMs !== undefined && clock.nowMs() - lastMs < EVICTION_PAUSE_MS
    if (isTooSoon && !this.#options.limits.sharedAddresses) return undefined
    const inbound = this.list().filter(({ id, direction }) => direction === 'in' && !this.#isStatic(id))
    return chooseEvicted(
      inbound.map((peer) => ({ ...peer, ...meritsOf(peer.id) })),
      newcomer,
    )
  }

  /** False if no peer can be replaced. */
  #makeRoom({ address }: Remote): boolean {
    const peerId = this.#weakest(address)
    if (peerId === undefined) return false
    this.#evictions.set(networkGroup(address), this.#dependencies.clock.nowMs())
    void this.disconnect(peerId, 'too-many-peers')
    return true
  }

  #isAddressFull(address: string, except: string): boolean {
    const { limits } = this.#options
    if (limits.sharedAddresses) return false
    const group = addressGroup(address)
    const same = this.list().filter((peer) => addressGroup(peer.address) === group && peer.id !== except)
    return same.length >= limits.maxPerAddress
  }

  /** Kademlia dials the nodes that it asks, which is no reason to keep them all. */
  #hasEnoughOutbound(peerId: string): boolean {
    if (this.#isStatic(peerId) || this.#peers.has(peerId)) return false
    return this.counts.outbound >= this.#options.limits.targetOutbound + GOODBYE_ROOM
  }

  /** One chosen peer per network: to surround this node, an attacker would need as many networks as it has places. */
  #isGroupTaken({ id, address }: Remote): boolean {
    const { groups } = this.#options
    const known = this.#dependencies.memory.known.get(id)
    const isNamed = known !== undefined && known.role !== 'found'
    if (!groups.limitsOutbound || isNamed || (known?.isNear === true && isPrivateAddress(address))) return false
    const chosen = [...this.list(), ...this.#greeting.values()].filter(({ direction }) => direction === 'out')
    const group = groups.ofAddress(address)
    return chosen.some((other) => other.id !== id && groups.ofAddress(other.address) === group)
  }

  #isStatic(peerId: string): boolean {
    return this.#dependencies.memory.known.get(peerId)?.role === 'static'
  }

  #meet(remote: Remote): void {
    if (this.#stopping.signal.aborted) return
    if (remote.direction === 'out') void this.#greet(remote)
    else void this.#awaitGreeting(remote.id)
  }

  async #greet(remote: Remote): Promise<void> {
    if (this.#handshake === undefined || this.#greeting.has(remote.id)) return
    const isFeeler = this.#feelers.has(remote.id)
    const refusal = isFeeler ? undefined : this.#outboundRefusal(remote)
    if (refusal !== undefined) {
      this.#countFailure(remote.id)
      await this.disconnect(remote.id, refusal)
      return
    }
    if (!isFeeler) this.#greeting.set(remote.id, remote)
    try {
      const status = await this.#handshake.greet(remote, this.#stopping.signal)
      if (isFeeler) await this.#endFeeler(remote)
      else this.#join(remote, status)
    } catch (error) {
      await this.#giveUp(remote, error)
    } finally {
      this.#greeting.delete(remote.id)
      this.#feelers.delete(remote.id)
    }
  }

  #outboundRefusal(remote: Remote): GoodbyeReason | undefined {
    if (this.#hasEnoughOutbound(remote.id)) return 'too-many-peers'
    return this.#isGroupTaken(remote) ? 'same-address' : undefined
  }

  async #endFeeler(remote: Remote): Promise<void> {
    this.#noteReached(remote)
    await this.disconnect(remote.id, 'too-many-peers')
  }

  /** An inbound connection proves nothing: a peer can claim any address, under any number of names. */
  #noteReached({ id, address, direction }: Remote): void {
    const { memory, clock } = this.#dependencies
    if (direction === 'out') memory.known.succeeded(id, { address, nowMs: clock.nowMs() })
    memory.save(id)
  }

  #countFailure(peerId: string): void {
    const { memory } = this.#dependencies
    for (const name of memory.known.failed(peerId)) memory.save(name)
  }

  async #giveUp(remote: Remote, error: unknown): Promise<void> {
    const { logger, memory } = this.#dependencies
    logger.debug('A handshake failed', { peerId: remote.id, address: remote.address, error })
    if (isGoodbye(error, 'other-network')) {
      if (!this.#isStatic(remote.id)) memory.forget(remote.id)
      await this.disconnect(remote.id, 'other-network')
      return
    }
    if (isGoodbye(error)) memory.known.answered(remote.id)
    this.#countFailure(remote.id)
    // It may be upgraded, or this node may.
    if (isGoodbye(error, 'other-rules')) await this.disconnect(remote.id, 'other-rules')
    else await this.#part(remote.id, isGoodbye(error) ? 'too-many-peers' : 'bad-handshake')
  }

  /** The dialler speaks first; a connection that stays silent is closed. */
  async #awaitGreeting(peerId: string): Promise<void> {
    try {
      await this.#dependencies.clock.sleep(SILENCE_MS, this.#stopping.signal)
    } catch {
      return
    }
    const isHere = this.#dependencies.host.remotes().some(({ id }) => id === peerId)
    if (isHere && !this.#peers.has(peerId)) await this.disconnect(peerId, 'bad-handshake')
  }

  #join(remote: Remote, status: PeerStatus): void {
    const { host, clock, logger } = this.#dependencies
    if (this.#stopping.signal.aborted || this.#feelers.has(remote.id)) return
    if (!host.remotes().some(({ id }) => id === remote.id)) return
    const before = this.#peers.get(remote.id)
    if (before !== undefined) {
      const peer: Peer = { ...before, status }
      this.#peers.set(peer.id, peer)
      this.#statuses.emit(peer)
      return
    }
    if (remote.direction === 'in' && this.#isFull() && !this.#makeRoom(remote) && !this.#isStatic(remote.id)) {
      void this.disconnect(remote.id, 'too-many-peers')
      return
    }
    const peer: Peer = { ...remote, status, connectedAtMs: clock.nowMs() }
    this.#peers.set(peer.id, peer)
    this.#noteReached(remote)
    logger.debug('A peer joined', { peerId: peer.id, address: peer.address, direction: peer.direction })
    this.#joined.emit(peer)
  }

  async #part(peerId: string, reason: GoodbyeReason): Promise<void> {
    this.#goodbyes.set(reason, (this.#goodbyes.get(reason) ?? 0) + 1)
    await this.#dependencies.host.disconnect(peerId)
    this.#lose(peerId)
  }

  #lose(peerId: string): void {
    const { host, memory, logger } = this.#dependencies
    const peer = this.#peers.get(peerId)
    this.#peers.delete(peerId)
    if (memory.known.get(peerId) === undefined) {
      host.forget(peerId).catch((error: unknown) => logger.debug('A peer could not be forgotten', { peerId, error }))
    }
    if (peer === undefined) return
    logger.debug('A peer left', { peerId, address: peer.address })
    this.#left.emit(peer)
  }

  #addressOf(peerId: string): string | undefined {
    const remote = this.#dependencies.host.remotes().find(({ id }) => id === peerId)
    return remote?.address ?? this.#peers.get(peerId)?.address
  }

  #reportAddress(address: string, offence: Offence): void {
    const { memory } = this.#dependencies
    if (this.#options.limits.sharedAddresses || address === '') return
    const target = banTargetOf(address)
    const score = memory.scores.add(target, OFFENCES[offence])
    memory.save(target)
    if (score <= ADDRESS_BAN_SCORE) this.ban(target, BAN_MS, offence)
  }
}

/** True if either side ended the handshake, for the given reason if there is one. */
function isGoodbye(error: unknown, reason?: GoodbyeReason): boolean {
  if (!(error instanceof NetworkError) || error.code !== 'P2P_GOODBYE') return false
  return reason === undefined || error.actual === reason
}

/** The name under which a group of addresses is banned and scored. */
export function banTargetOf(address: string): string {
  return `ip:${addressGroup(address)}`
}

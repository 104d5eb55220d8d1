import { type Clock, Emitter, type Logger, type Subscribe } from '@poai/core'
import type { Handshake } from '../handshake/handshake.ts'
import type { GoodbyeReason } from '../handshake/status-message.ts'
import type { ConnectionGate } from '../host/connection-gate.ts'
import type { Host } from '../host/host.ts'
import type { Remote } from '../host/stream-host.ts'
import { NetworkError } from '../network-error.ts'
import { BAN_MS, banTargetOf } from './ban-list.ts'
import type { InboundPeer } from './choose-evicted.ts'
import type { NetworkGroups } from './network-groups.ts'
import { BAN_SCORE, DISCONNECT_SCORE, OFFENCES, type Offence } from './offences.ts'
import type { Peer, PeerSet, PeerStatus } from './peer.ts'
import { PeerAdmission } from './peer-admission.ts'
import { ADDRESS_BAN_SCORE, type PeerLimits } from './peer-limits.ts'
import type { PeerMemory } from './peer-memory.ts'

/** A connection without a handshake is closed after this: longer than a handshake may take. */
const SILENCE_MS = 15_000
export interface ConnectedPeersOptions {
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

/** The peers whose handshake is done: how they join, what they did wrong, how they leave. */
export class ConnectedPeers implements PeerSet {
  readonly #options: ConnectedPeersOptions
  readonly #dependencies: ConnectedPeersDependencies
  readonly #peers = new Map<string, Peer>()
  readonly #greeting = new Map<string, Remote>()
  readonly #feelers = new Set<string>()
  readonly #admission: PeerAdmission
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
    this.#admission = new PeerAdmission(options, {
      ...dependencies,
      peers: this,
      greeting: () => this.#greeting.values(),
    })
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
    return this.#admission.gate
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
  refusal(remote: Remote): GoodbyeReason | undefined {
    return this.#admission.refusal(remote)
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

  #meet(remote: Remote): void {
    if (this.#stopping.signal.aborted) return
    if (remote.direction === 'out') void this.#greet(remote)
    else void this.#awaitGreeting(remote.id)
  }

  async #greet(remote: Remote): Promise<void> {
    if (this.#handshake === undefined || this.#greeting.has(remote.id)) return
    const isFeeler = this.#feelers.has(remote.id)
    const refusal = isFeeler ? undefined : this.#admission.outboundRefusal(remote)
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
      if (!this.#admission.isStatic(remote.id)) memory.forget(remote.id)
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
    if (remote.direction === 'in' && this.#admission.isFull()) {
      const evicted = this.#admission.evict(remote.address)
      if (evicted !== undefined) void this.disconnect(evicted, 'too-many-peers')
      else if (!this.#admission.isStatic(remote.id)) {
        void this.disconnect(remote.id, 'too-many-peers')
        return
      }
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

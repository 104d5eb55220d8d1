import type { Clock } from '@poai/core'
import { RecentMap } from '../budget/recent-map.ts'
import type { GoodbyeReason } from '../handshake/status-message.ts'
import type { ConnectionGate } from '../host/connection-gate.ts'
import type { Host } from '../host/host.ts'
import { addressGroup, isPrivateAddress, networkGroup } from '../host/multiaddresses.ts'
import type { Remote } from '../host/stream-host.ts'
import { ArrivalRate } from './arrival-rate.ts'
import { banTargetOf } from './ban-list.ts'
import { chooseEvicted, type InboundPeer } from './choose-evicted.ts'
import type { NetworkGroups } from './network-groups.ts'
import { DISCONNECT_SCORE } from './offences.ts'
import type { Peer, PeerSet } from './peer.ts'
import { GOODBYE_ROOM, type PeerLimits } from './peer-limits.ts'
import type { PeerMemory } from './peer-memory.ts'

/**
 * Newcomers from one network may replace one peer in this time: constant coming and going must not push other peers
 * out.
 */
export const EVICTION_PAUSE_MS = 60_000
/** Networks that replaced a peer recently; there is no need to tell apart more of them than there are places. */
const MAX_EVICTERS = 256

export interface PeerAdmissionOptions {
  readonly limits: PeerLimits
  readonly groups: NetworkGroups
}

/** What admission needs, and nothing more. */
export interface PeerAdmissionDependencies {
  readonly host: Pick<Host, 'remotes'>
  readonly memory: Pick<PeerMemory, 'bans' | 'scores' | 'known'>
  readonly peers: Pick<PeerSet, 'list' | 'get'>
  /** Those that this node dialled and is shaking hands with. */
  greeting(): Iterable<Remote>
  /** The reasons to keep a peer. */
  meritsOf(peerId: string): Pick<InboundPeer, 'roundTripMs' | 'broughtBlockAtMs'>
  readonly clock: Pick<Clock, 'nowMs'>
}

/** Decides who may connect and join, and who must make room. It only says so: others close connections. */
export class PeerAdmission {
  readonly #options: PeerAdmissionOptions
  readonly #dependencies: PeerAdmissionDependencies
  readonly #arrivals: ArrivalRate
  /** By network: when one of its newcomers replaced a peer. */
  readonly #evictions = new RecentMap<number>(MAX_EVICTERS)

  constructor(options: PeerAdmissionOptions, dependencies: PeerAdmissionDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#arrivals = new ArrivalRate(dependencies.clock)
  }

  /** Applies before anything from a stranger is read. */
  get gate(): ConnectionGate {
    return {
      admitsAddress: (address) => this.#admitsAddress(address),
      admitsPeer: (peerId, address) => !this.#isBanned(peerId, address),
    }
  }

  /** Why a node of our network is turned away after its greeting. */
  refusal({ id, address, direction }: Remote): GoodbyeReason | undefined {
    if (this.#isBanned(id, address)) return 'banned'
    if (this.#dependencies.memory.scores.scoreOf(id) <= DISCONNECT_SCORE) return 'low-score'
    if (this.#isPeer(id) || this.isStatic(id)) return undefined
    if (direction === 'in' && this.isFull() && this.#weakest(address) === undefined) return 'too-many-peers'
    if (this.#isAddressFull(address, id)) return 'same-address'
    return undefined
  }

  /** Why a node that this one dialled is turned away. */
  outboundRefusal(remote: Remote): GoodbyeReason | undefined {
    if (this.#hasEnoughOutbound(remote.id)) return 'too-many-peers'
    return this.#isGroupTaken(remote) ? 'same-address' : undefined
  }

  /** True if there is no place for another inbound peer. */
  isFull(): boolean {
    return this.#count('in') >= this.#options.limits.maxInbound
  }

  /** The peer that makes room for a newcomer from this address; undefined if none can be replaced. */
  evict(newcomer: string): string | undefined {
    const evicted = this.#weakest(newcomer)
    if (evicted !== undefined) this.#evictions.set(networkGroup(newcomer), this.#dependencies.clock.nowMs())
    return evicted
  }

  /** True if an operator named the peer. */
  isStatic(peerId: string): boolean {
    return this.#dependencies.memory.known.get(peerId)?.role === 'static'
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

  /** The peer that a newcomer from this address may replace. */
  #weakest(newcomer: string): string | undefined {
    const { meritsOf, clock } = this.#dependencies
    const lastMs = this.#evictions.get(networkGroup(newcomer))
    const isTooSoon = lastMs !== undefined && clock.nowMs() - lastMs < EVICTION_PAUSE_MS
    if (isTooSoon && !this.#options.limits.sharedAddresses) return undefined
    const inbound = this.#dependencies.peers
      .list()
      .filter(({ id, direction }) => direction === 'in' && !this.isStatic(id))
    return chooseEvicted(
      inbound.map((peer) => ({ ...peer, ...meritsOf(peer.id) })),
      newcomer,
    )
  }

  #isAddressFull(address: string, except: string): boolean {
    const { limits } = this.#options
    if (limits.sharedAddresses) return false
    const group = addressGroup(address)
    const same = this.#dependencies.peers
      .list()
      .filter((peer) => addressGroup(peer.address) === group && peer.id !== except)
    return same.length >= limits.maxPerAddress
  }

  /** Kademlia dials the nodes that it asks, which is no reason to keep them all. */
  #hasEnoughOutbound(peerId: string): boolean {
    if (this.isStatic(peerId) || this.#isPeer(peerId)) return false
    return this.#count('out') >= this.#options.limits.targetOutbound + GOODBYE_ROOM
  }

  /** One chosen peer per network: to surround this node, an attacker would need as many networks as it has places. */
  #isGroupTaken({ id, address }: Remote): boolean {
    const { groups } = this.#options
    const known = this.#dependencies.memory.known.get(id)
    const isNamed = known !== undefined && known.role !== 'found'
    if (!groups.limitsOutbound || isNamed || (known?.isNear === true && isPrivateAddress(address))) return false
    const chosen = [...this.#dependencies.peers.list(), ...this.#dependencies.greeting()].filter(
      ({ direction }) => direction === 'out',
    )
    const group = groups.ofAddress(address)
    return chosen.some((other) => other.id !== id && groups.ofAddress(other.address) === group)
  }

  #isPeer(peerId: string): boolean {
    return this.#dependencies.peers.get(peerId) !== undefined
  }

  #count(wanted: Peer['direction']): number {
    return this.#dependencies.peers.list().filter(({ direction }) => direction === wanted).length
  }
}

import { ipOfLocation } from '../host/multiaddresses.ts'
import type { KnownPeer } from './known-peer.ts'
import type { NetworkGroups } from './network-groups.ts'
import { MAX_LOCATIONS } from './peer-record.ts'
import { PeerTable } from './peer-table.ts'

/** How a node was heard of. */
export interface Hearing {
  /** `itself`: from the node, whose key is proven; `near`: on the local network; `hearsay`: from another one. */
  readonly origin: 'itself' | 'near' | 'hearsay'
  /** The IP address of whoever told; empty if it is not known. */
  readonly toldBy: string
}

/** What divides the known peers. */
export interface KnownPeersOptions {
  /** Known to this node alone. */
  readonly secret: Uint8Array
  readonly groups: NetworkGroups
}

/** Of peers that this node dialled and shook hands with: 64 times what it connects to. */
export const TRIED_BUCKETS = 64
export const TRIED_BUCKET_SIZE = 8
/** Of one network at most 16 of the 512 tried peers. */
export const TRIED_BUCKETS_PER_GROUP = 2
/** Of peers that it only heard of: twice as many, for most of them will turn out to be gone. */
export const NEW_BUCKETS = 64
export const NEW_BUCKET_SIZE = 16
/** Of what one network said, at most 64 of the 1,024 new peers. */
export const NEW_BUCKETS_PER_SOURCE = 4
/** Nodes that were never reached are forgotten after this many dials: anyone can tell of nodes that do not exist. */
export const MAX_BLIND_FAILURES = 4
/** Nodes that were reached once are forgotten after this many: over a day with the longest pause between dials. */
export const MAX_FAILURES = 200
/** A tried peer that stands in another's way goes after this many failed dials: one may be bad luck. */
export const MAX_TEST_FAILURES = 2
/**
 * Tried peers that are being tested for another's sake at one time: the tests come one by one, and more would be stale.
 */
export const MAX_CONTESTS = 16
/** Of the locations that somebody tells of another node: one liar must not fill all eight. */
export const MAX_TOLD_LOCATIONS = 4

const UNKNOWN: Omit<KnownPeer, 'name' | 'group'> = {
  peerId: undefined,
  locations: [],
  role: 'found',
  isNear: false,
  source: 'unknown',
  address: '',
  lastSeenMs: 0,
  failures: 0,
  nextDialMs: 0,
}

type Change = Partial<Omit<KnownPeer, 'name' | 'group'>>

/**
 * The nodes that this one could connect to, in three parts: those that an operator named; *tried* ones, which this node
 * dialled and shook hands with; and *new* ones, which it heard of or which came by themselves. Strangers can fill their
 * own part of the new ones, by the network that they tell from, and reach the tried ones only by being dialled: there a
 * network has few places, and nobody loses his to another before he failed to answer.
 */
export class KnownPeers {
  readonly #groups: NetworkGroups
  readonly #named = new Map<string, KnownPeer>()
  readonly #tried: PeerTable
  readonly #new: PeerTable
  /** The peer that is tested, and the one that would take its place. */
  readonly #contests = new Map<string, string>()

  constructor({ secret, groups }: KnownPeersOptions) {
    this.#groups = groups
    this.#tried = new PeerTable({
      ...{ name: 'tried', secret, buckets: TRIED_BUCKETS, bucketSize: TRIED_BUCKET_SIZE },
      bucketsPerGroup: TRIED_BUCKETS_PER_GROUP,
    })
    this.#new = new PeerTable({
      ...{ name: 'new', secret, buckets: NEW_BUCKETS, bucketSize: NEW_BUCKET_SIZE },
      bucketsPerGroup: NEW_BUCKETS_PER_SOURCE,
    })
  }

  list(): readonly KnownPeer[] {
    return [...this.#named.values(), ...this.#tried.buckets().flat(), ...this.#new.buckets().flat()]
  }

  /** Those that an operator named. */
  named(): readonly KnownPeer[] {
    return [...this.#named.values()]
  }

  /** Those that were found, in their buckets. */
  buckets(table: 'tried' | 'new'): readonly (readonly KnownPeer[])[] {
    return (table === 'tried' ? this.#tried : this.#new).buckets()
  }

  get(name: string): KnownPeer | undefined {
    return this.#named.get(name) ?? this.#tried.get(name) ?? this.#new.get(name)
  }

  isTried(name: string): boolean {
    return this.#tried.get(name) !== undefined
  }

  /** An operator named it. */
  appoint(name: string, role: 'static' | 'bootnode', change: Change = {}): KnownPeer {
    const peer = this.#changed(this.get(name) ?? this.#unknown(name), { ...change, role })
    this.#drop(name)
    this.#named.set(name, peer)
    return peer
  }

  /** Somebody said where a node is. Undefined if it is unknown and there is no room for it. */
  learn(peerId: string, locations: readonly string[], { origin, toldBy }: Hearing): KnownPeer | undefined {
    const known = this.get(peerId)
    const told = origin === 'hearsay' ? locations.slice(0, MAX_TOLD_LOCATIONS) : locations
    if (known !== undefined) return this.#set(this.#changed(known, this.#toldOf(known, told, origin)))
    const source = this.#groups.ofSource(toldBy)
    return this.#addNew(
      this.#changed(this.#unknown(peerId), { peerId, locations: told, source, isNear: origin === 'near' }),
    )
  }

  /** This node dialled it, and its handshake was done. `locations`: where it says it is, if it was not known before. */
  succeeded(
    peerId: string,
    { address, nowMs, locations = [] }: { address: string; nowMs: number; locations?: readonly string[] },
  ): KnownPeer | undefined {
    const known = this.get(peerId) ?? this.#unknown(peerId)
    const peer = this.#changed(known, {
      ...{ peerId, address, failures: 0, nextDialMs: 0, lastSeenMs: nowMs },
      locations: reachedFirst(known.locations.length > 0 ? known.locations : locations, address),
    })
    this.#contests.delete(peerId)
    if (this.#named.has(peerId)) return this.#set(peer)
    return peer.locations.length === 0 ? undefined : this.#try(peer)
  }

  /** It answered, if only to turn us away: whoever waits for its place gets nothing. */
  answered(name: string): void {
    this.#contests.delete(name)
  }

  /** It is about to be dialled: not again before this time. */
  postpone(name: string, nextDialMs: number): void {
    const peer = this.get(name)
    if (peer !== undefined) this.#set({ ...peer, nextDialMs })
  }

  /**
   * A dial to it failed. Returns the names whose notes changed: its own, if that was one failure too many, and that of
   * whichever takes its place.
   */
  failed(name: string): readonly string[] {
    const known = this.get(name)
    if (known === undefined) return []
    const peer = this.#set({ ...known, failures: known.failures + 1 })
    if (peer.role !== 'found') return []
    if (!this.isTried(name)) return peer.failures < MAX_BLIND_FAILURES ? [] : this.#forgotten(name)
    const challenger = this.#contests.get(name)
    if (challenger !== undefined && peer.failures >= MAX_TEST_FAILURES) return this.#replace(peer, challenger)
    return peer.failures < MAX_FAILURES ? [] : this.#forgotten(name)
  }

  /** Tried peers that stand in the way of others, and are to be dialled. */
  contested(): readonly KnownPeer[] {
    return [...this.#contests.keys()].flatMap((name) => this.get(name) ?? [])
  }

  forget(name: string): void {
    this.#named.delete(name)
    this.#drop(name)
  }

  /** Puts back what was noted before. */
  restore(name: string, noted: Change): KnownPeer | undefined {
    const found = this.#changed(this.#unknown(name), noted)
    const peer = found.source === '' ? { ...found, source: found.group } : found
    if (peer.role !== 'found') return this.appoint(name, peer.role, peer)
    if (peer.lastSeenMs > 0 && this.#tried.place(this.#triedIndex(peer), peer)) return peer
    return this.#addNew(peer)
  }

  #unknown(name: string): KnownPeer {
    return { ...UNKNOWN, name, group: '' }
  }

  #changed(peer: KnownPeer, change: Change): KnownPeer {
    const changed = { ...peer, ...change }
    const locations = [...new Set(changed.locations)].slice(0, MAX_LOCATIONS)
    return { ...changed, name: peer.name, locations, group: this.#groups.of({ address: changed.address, locations }) }
  }

  /** What a node says of itself counts for more than what others say; where it was reached comes first in any case. */
  #toldOf(known: KnownPeer, told: readonly string[], origin: Hearing['origin']): Change {
    if (origin === 'near') return { locations: [...told, ...known.locations], isNear: true }
    if (origin === 'hearsay') {
      // What worked is not for others to change.
      return known.lastSeenMs > 0 ? {} : { locations: [...known.locations, ...told] }
    }
    const worked = known.lastSeenMs > 0 ? known.locations.slice(0, 1) : []
    return { locations: known.role === 'found' ? [...worked, ...told] : [...known.locations, ...told] }
  }

  #set(peer: KnownPeer): KnownPeer {
    if (this.#named.has(peer.name)) this.#named.set(peer.name, peer)
    else if (this.isTried(peer.name)) this.#tried.change(peer)
    else this.#new.change(peer)
    return peer
  }

  /** A peer that failed can be replaced; one that was not dialled yet stays. */
  #addNew(peer: KnownPeer): KnownPeer | undefined {
    const index = this.#new.indexOf(peer.source, peer.group)
    if (this.#new.place(index, peer)) return peer
    const [worst] = this.#new
      .bucket(index)
      .filter(({ failures }) => failures > peer.failures)
      .sort((a, b) => b.failures - a.failures)
    if (worst === undefined) return undefined
    this.#drop(worst.name)
    return this.#new.place(index, peer) ? peer : undefined
  }

  #try(peer: KnownPeer): KnownPeer | undefined {
    const index = this.#triedIndex(peer)
    const wasTried = this.isTried(peer.name)
    if (this.#tried.place(index, peer)) {
      this.#new.delete(peer.name)
      return peer
    }
    // A peer that moved to another network loses its old place, and has no right to one there.
    if (wasTried) this.#drop(peer.name)
    const waiting = this.#new.get(peer.name) === undefined ? this.#addNew(peer) : this.#set(peer)
    if (waiting === undefined) return undefined
    // Full: the one there that was not seen for longest is tested, and keeps its place if it answers.
    const [oldest] = this.#tried.bucket(index).toSorted((a, b) => a.lastSeenMs - b.lastSeenMs)
    if (oldest !== undefined && this.#contests.size < MAX_CONTESTS) this.#contests.set(oldest.name, peer.name)
    return waiting
  }

  #replace(peer: KnownPeer, challenger: string): readonly string[] {
    const next = this.#new.get(challenger)
    this.#contests.delete(peer.name)
    if (next === undefined) return []
    this.#tried.delete(peer.name)
    this.#addNew({ ...peer, source: peer.group })
    this.#try(next)
    return [peer.name, next.name]
  }

  #triedIndex({ group, name }: KnownPeer): number {
    return this.#tried.indexOf(group, name)
  }

  #forgotten(name: string): readonly string[] {
    this.#drop(name)
    return [name]
  }

  #drop(name: string): void {
    this.#tried.delete(name)
    this.#new.delete(name)
    this.#contests.delete(name)
  }
}

function reachedFirst(locations: readonly string[], address: string): readonly string[] {
  const isThere = (location: string): number => (ipOfLocation(location) === address ? 0 : 1)
  return locations.toSorted((a, b) => isThere(a) - isThere(b))
}

import { MAX_LOCATIONS } from './peer-record.ts'

/** A node that can be dialled. */
export interface KnownPeer {
  /** Its peer id; or its location, where an operator did not say the id. */
  readonly name: string
  readonly peerId: string | undefined
  /** Multiaddresses without the peer id, the one that worked last first. */
  readonly locations: readonly string[]
  /** Static peers are kept connected; bootnodes are asked when few others are known. */
  readonly role: 'static' | 'bootnode' | 'found'
  /** The last time that its handshake was done; 0 never. */
  readonly lastSeenMs: number
  /** Dials that came to nothing since then. */
  readonly failures: number
  /** Not before this time again. */
  readonly nextDialMs: number
}

/** Many times what a node connects to, and a quarter of what the notes hold. */
export const MAX_KNOWN_PEERS = 1024
/** Nodes that were never reached are forgotten after so many dials: anybody can tell of nodes that do not exist. */
const MAX_BLIND_FAILURES = 4
/** Nodes that were there once, after so many: over a day with the longest pause between. */
const MAX_FAILURES = 200

const NEW: Omit<KnownPeer, 'name' | 'peerId'> = {
  locations: [],
  role: 'found',
  lastSeenMs: 0,
  failures: 0,
  nextDialMs: 0,
}

/** The nodes that this one could connect to. */
export class KnownPeers {
  readonly #peers = new Map<string, KnownPeer>()

  list(): readonly KnownPeer[] {
    return [...this.#peers.values()]
  }

  get(name: string): KnownPeer | undefined {
    return this.#peers.get(name)
  }

  /** Adds or changes one; makes room by forgetting the one that matters least. */
  put(name: string, change: Partial<Omit<KnownPeer, 'name'>>): KnownPeer {
    const known = this.#peers.get(name)
    const peer: KnownPeer = { ...NEW, peerId: undefined, ...known, ...change, name }
    this.#peers.set(name, { ...peer, locations: peer.locations.slice(0, MAX_LOCATIONS) })
    if (known === undefined && this.#peers.size > MAX_KNOWN_PEERS) this.#forgetLeast()
    return this.#peers.get(name) ?? peer
  }

  /** Somebody told where a node is. What worked before comes first. */
  learn(peerId: string, locations: readonly string[]): KnownPeer {
    const before = this.#peers.get(peerId)?.locations ?? []
    return this.put(peerId, { peerId, locations: [...new Set([...before, ...locations])] })
  }

  /** Its handshake was done. */
  succeeded(peerId: string, nowMs: number): KnownPeer {
    return this.put(peerId, { peerId, failures: 0, nextDialMs: 0, lastSeenMs: nowMs })
  }

  /** Undefined if that was once too often. */
  failed(name: string, nextDialMs: number): KnownPeer | undefined {
    const peer = this.#peers.get(name)
    if (peer === undefined) return undefined
    const failures = peer.failures + 1
    const most = peer.lastSeenMs === 0 ? MAX_BLIND_FAILURES : MAX_FAILURES
    if (peer.role !== 'found' || failures < most) return this.put(name, { failures, nextDialMs })
    this.#peers.delete(name)
    return undefined
  }

  forget(name: string): void {
    this.#peers.delete(name)
  }

  #forgetLeast(): void {
    const [least] = this.list()
      .filter(({ role }) => role === 'found')
      .sort((a, b) => a.lastSeenMs - b.lastSeenMs || b.failures - a.failures)
    if (least !== undefined) this.#peers.delete(least.name)
  }
}

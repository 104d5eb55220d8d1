import { RecentMap } from '../budget/recent-map.ts'
import type { UnreadMessage } from '../gossip/gossip-router.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'

/** What the gate needs, and nothing more. */
export interface TopicGateDependencies {
  readonly peers: Pick<PeerSet, 'get' | 'report'>
  /** Charges a peer for a message on a topic; false if that is more than it may send. */
  charge(topic: string, peer: Peer, sizeBytes: number): boolean
  /** False while this node catches up: messages may be fine, and be refused because its state is old. */
  isCurrent(): boolean
}

/**
 * One offence for this many dropped messages, or this many bytes: an honest peer that exceeds its allowance can stay
 * for a while.
 */
export const DROPS_PER_OFFENCE = 16
export const DROPPED_BYTES_PER_OFFENCE: number = 256 * 1024
/**
 * This much may come before the handshake is done, because messages of an honest neighbour can overtake it. It is
 * dropped without blame.
 */
export const EARLY_OFFENCES = 4
/** Peers whose drops are counted. */
const MAX_NAMES = 4096

/**
 * Decides which messages are read at all. What is dropped here is not remembered as seen: otherwise a neighbour that
 * nobody believes could keep out the same message from honest ones.
 */
export class TopicGate {
  readonly #dependencies: TopicGateDependencies
  /** In offences. */
  readonly #dropped = new RecentMap<number>(MAX_NAMES)

  constructor(dependencies: TopicGateDependencies) {
    this.#dependencies = dependencies
  }

  admits(message: UnreadMessage): boolean {
    const { peers, charge, isCurrent } = this.#dependencies
    const { topic, from, sizeBytes } = message
    const peer = peers.get(from)
    if (peer === undefined) {
      if (this.#drop(message) > EARLY_OFFENCES) peers.report(from, 'protocol-violation')
      return false
    }
    if (charge(topic, peer, sizeBytes)) return true
    if (this.#drop(message) > 0 && isCurrent()) peers.report(from, 'rate-limit')
    return false
  }

  /** How many offences the peer's dropped messages add up to; 0 if this one does not complete another. */
  #drop({ from, sizeBytes }: UnreadMessage): number {
    const before = this.#dropped.get(from) ?? 0
    const now = before + Math.max(1 / DROPS_PER_OFFENCE, sizeBytes / DROPPED_BYTES_PER_OFFENCE)
    this.#dropped.set(from, now)
    return Math.floor(now) > Math.floor(before) ? Math.floor(now) : 0
  }
}

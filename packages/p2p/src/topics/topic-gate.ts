import type { TransactionAllowance } from '../budget/cost-allowance.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'

/** A message of which nothing but this is known: it has not been hashed, let alone decoded. */
export interface UnreadMessage {
  readonly topic: string
  /** The neighbour's peer id. */
  readonly from: string
  readonly sizeBytes: number
}

export interface GossipGateOptions {
  /** The topic whose messages are charged. */
  readonly transactions: string
}

/** What the gate needs, and nothing more. */
export interface GossipGateDependencies {
  readonly peers: Pick<PeerSet, 'get' | 'report'>
  readonly allowance: TransactionAllowance
  /** False while this node catches up: what others send may be fine, and is refused by an old state. */
  isCurrent(): boolean
}

/**
 * One offence for so many messages that were dropped, or so many bytes: an honest peer that is over its allowance stays
 * for a while.
 */
export const DROPS_PER_OFFENCE = 16
export const DROPPED_BYTES_PER_OFFENCE: number = 256 * 1024
/**
 * So much may come before the handshake is done: messages of an honest neighbour overtake it. Dropped, but without
 * blame.
 */
export const EARLY_OFFENCES = 4
/** Peers whose drops are counted; whichever was added first goes. */
const MAX_NAMES = 4096

/**
 * Decides which messages are read at all. What is dropped here is not remembered as seen: else a neighbour that nobody
 * believes could keep the same message of honest ones out.
 */
export class GossipGate {
  readonly #options: GossipGateOptions
  readonly #dependencies: GossipGateDependencies
  /** In offences. */
  readonly #dropped = new Map<string, number>()

  constructor(options: GossipGateOptions, dependencies: GossipGateDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  admits(message: UnreadMessage): boolean {
    const { peers, allowance, isCurrent } = this.#dependencies
    const peer: Peer | undefined = peers.get(message.from)
    if (peer === undefined) {
      if (this.#drop(message) > EARLY_OFFENCES) peers.report(message.from, 'protocol-violation')
      return false
    }
    if (message.topic !== this.#options.transactions || allowance.admits(peer, message.sizeBytes)) return true
    if (this.#drop(message) > 0 && isCurrent()) peers.report(message.from, 'rate-limit')
    return false
  }

  /** How many offences the dropped messages of the peer come to; 0 where this one does not complete another. */
  #drop({ from, sizeBytes }: UnreadMessage): number {
    const before = this.#dropped.get(from) ?? 0
    const now = before + Math.max(1 / DROPS_PER_OFFENCE, sizeBytes / DROPPED_BYTES_PER_OFFENCE)
    this.#dropped.delete(from)
    this.#dropped.set(from, now)
    const [oldest] = this.#dropped.keys()
    if (this.#dropped.size > MAX_NAMES && oldest !== undefined) this.#dropped.delete(oldest)
    return Math.floor(now) > Math.floor(before) ? Math.floor(now) : 0
  }
}

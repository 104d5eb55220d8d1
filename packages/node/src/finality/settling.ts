import type { Chain } from '@poai/chain'
import { type Clock, equalBytes, headerHash } from '@poai/core'
import { isBehind, type Network, networkGroup, type Peer } from '@poai/p2p'

/** When a node believes that it is on the network's chain. */
export interface SettlingOptions {
  /** How many peers must agree, each in another network of addresses. */
  readonly peers: number
  /** How long they must agree. */
  readonly ms: number
  /** Peers at one address count one by one. */
  readonly sharedAddresses: boolean
  /** Without peers, the node trusts its own blocks. */
  readonly alone: boolean
  /** Seconds between two blocks. */
  readonly spacingSeconds: number
}

/** What settling needs, and nothing more. */
export interface SettlingDependencies {
  readonly chain: Pick<Chain, 'head' | 'queries'>
  /** Undefined if the node takes part in no network. */
  readonly network: Pick<Network, 'peers' | 'syncStatus'> | undefined
  readonly clock: Pick<Clock, 'nowMs'>
}

/** Whether blocks become final at present. */
export interface Standing {
  readonly isSettled: boolean
  /** For people: what the node waits for, or how many agree with it. */
  readonly why: string
}

/**
 * How old a peer's last status may be: it comes every half minute, and the peer's chain has grown since.
 */
const STATUS_AGE_SECONDS = 60
/** A peer that announces a block that this node lacks, or that leaves a lost branch, still counts as agreeing. */
const GRACE_MS = 60_000
/** If blocks are rare, a race between two of them may make this much difference. */
const LEAST_DEPTH = 3n

/**
 * Finds out whether the node is at the end of the network's chain: it has nothing to catch up on, and enough peers have
 * said for long enough that their head is on its chain, near its own. An attacker can hardly choose which peers this
 * node dials, so if those are enough, the others have no say.
 */
export class Settling {
  readonly #options: SettlingOptions
  readonly #dependencies: SettlingDependencies
  readonly #agreedMs = new Map<string, number>()
  #sinceMs: number | undefined

  constructor(options: SettlingOptions, dependencies: SettlingDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  /** Call it at intervals: it looks at the peers as they are now. */
  look(): Standing {
    const { network, clock } = this.#dependencies
    if (network === undefined) return { isSettled: true, why: 'this node takes part in no network' }
    const connected = network.peers.connected()
    const agreeing = this.#countAgreeing(connected)
    const objection = this.#objection(network, agreeing)
    if (connected.length === 0 && this.#options.alone) {
      this.#sinceMs = undefined
      return { isSettled: true, why: 'this node mines alone' }
    }
    if (objection !== undefined) {
      this.#sinceMs = undefined
      return { isSettled: false, why: objection }
    }
    this.#sinceMs ??= clock.nowMs()
    const leftMs = this.#sinceMs + this.#options.ms - clock.nowMs()
    if (leftMs <= 0) return { isSettled: true, why: `${agreeing} peers agree` }
    return { isSettled: false, why: `${agreeing} peers agree, for ${Math.ceil(leftMs / 1000)} s more` }
  }

  #objection(network: Pick<Network, 'syncStatus'>, agreeing: number): string | undefined {
    const sync = network.syncStatus()
    if (isBehind(sync)) return `catching up: block ${sync.currentBlock} of ${sync.highestBlock}`
    const { peers } = this.#options
    return agreeing < peers ? `${agreeing} of ${peers} peers agree` : undefined
  }

  #countAgreeing(connected: readonly Peer[]): number {
    const { peers, sharedAddresses } = this.#options
    const nowMs = this.#dependencies.clock.nowMs()
    for (const peer of connected) if (this.#agrees(peer)) this.#agreedMs.set(peer.id, nowMs)
    const known = new Set(connected.map(({ id }) => id))
    for (const [id, atMs] of this.#agreedMs) if (!known.has(id) || atMs + GRACE_MS < nowMs) this.#agreedMs.delete(id)
    const groupsOf = (voters: readonly Peer[]): number =>
      sharedAddresses ? voters.length : new Set(voters.map(({ address }) => networkGroup(address))).size
    const dialled = connected.filter(({ direction }) => direction === 'out')
    const voters = groupsOf(dialled) >= peers ? dialled : connected
    return groupsOf(voters.filter(({ id }) => this.#agreedMs.has(id)))
  }

  #agrees({ status }: Peer): boolean {
    const { chain } = this.#dependencies
    const perAge = BigInt(Math.ceil(STATUS_AGE_SECONDS / this.#options.spacingSeconds))
    const depth = perAge > LEAST_DEPTH ? perAge : LEAST_DEPTH
    if (status.headNumber + depth < chain.head().number) return false
    const header = chain.queries.header(status.headNumber)
    return header !== undefined && equalBytes(headerHash(header), status.headHash)
  }
}

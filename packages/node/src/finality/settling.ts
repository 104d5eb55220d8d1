import type { Chain } from '@poai/chain'
import { type Clock, equalBytes, headerHash } from '@poai/core'
import { isBehind, type Network, networkGroup, type Peer } from '@poai/p2p'

/** When a node trusts that it stands on the network's chain. */
export interface SettlingOptions {
  /** Peers that must agree, each of another network of addresses. */
  readonly peers: number
  /** How long they must. */
  readonly ms: number
  /** Peers of one address are as many as they are. */
  readonly sharedAddresses: boolean
  /** Without any peer, the node trusts its own blocks. */
  readonly alone: boolean
  /** Between two blocks. */
  readonly spacingSeconds: number
}

/** What it is judged by. */
export interface SettlingDependencies {
  readonly chain: Pick<Chain, 'head' | 'queries'>
  /** Undefined where the node takes part in no network. */
  readonly network: Pick<Network, 'peers' | 'syncStatus'> | undefined
  readonly clock: Pick<Clock, 'nowMs'>
}

/** Whether blocks become final now. */
export interface Standing {
  readonly isSettled: boolean
  /** For people: what it waits for, or whom it agrees with. */
  readonly why: string
}

/**
 * How old what a peer last said of itself may be: it says it every half minute, and while it is read its chain grows.
 */
const STATUS_AGE_SECONDS = 60
/** A peer tells of a block before this node has it, or comes over from a branch that lost: it agrees still. */
const GRACE_MS = 60_000
/** Where blocks are rare, as many are the difference of a race. */
const LEAST_DEPTH = 3n

/**
 * Finds out whether the node stands at the end of the network's chain: it has nothing to catch up, and enough peers
 * have said for long enough that their head is on its chain, near its own. Peers that it dialled itself are harder to
 * choose for an attacker: where they are enough, others have no say.
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

  /** To be asked again and again: it looks at the peers as they are now. */
  look(): Standing {
    const { network, clock } = this.#dependencies
    if (network === undefined) return { isSettled: true, why: 'this node takes part in no network' }
    const connected = network.peers.list().flatMap(({ peer }) => (peer === undefined ? [] : [peer]))
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

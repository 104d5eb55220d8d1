import { createPace, type Mempool } from '@poai/chain'
import {
  bytesToHex,
  type Clock,
  type Hash32,
  hash32,
  type Logger,
  RuleError,
  type Startable,
  verdictOf,
} from '@poai/core'
import type { CostAllowance } from '../budget/cost-allowance.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'

/** What the pools of others hold. */
export interface PoolSource {
  /** The hashes of what waits in a peer's pool, as many as fit into the answers. */
  poolHashes(peerId: string, signal: AbortSignal): Promise<readonly Hash32[]>
  /** The encodings of those transactions that the peer still has. Nobody has checked them. */
  poolTransactions(peerId: string, hashes: readonly Hash32[], signal: AbortSignal): Promise<readonly Uint8Array[]>
}

/** What the exchange needs, and nothing more. */
export interface PoolExchangeDependencies {
  readonly source: PoolSource
  readonly mempool: Pick<Mempool, 'addEncoded' | 'get'>
  /** A separate one: pools that differ are nobody's fault, and no reason to stop reading gossip. */
  readonly allowance: CostAllowance
  readonly peers: Pick<PeerSet, 'list' | 'get' | 'onJoined' | 'report'>
  /** False while this node catches up: transactions would be judged by an old state. */
  isCurrent(): boolean
  readonly clock: Clock
  /** From 0 up to 1. */
  random(): number
  readonly logger: Logger
}

/** How often one of the peers is asked even if nothing happened: this recovers what gossip lost. */
const ROUND_MS = 10_000
/** New peers are asked as soon as this node is current; this is how often it checks. */
const TICK_MS = 500
/** Transactions of one request. */
const CHUNK = 256
const EXCHANGE_TIMEOUT_MS = 20_000

/**
 * Makes pools converge: a peer that joins is asked what its pool holds, and so is one of the peers now and then. What
 * is new goes on by gossip, since the pool reports it like everything that did not come by gossip.
 */
export class PoolExchange implements Startable {
  readonly #dependencies: PoolExchangeDependencies
  readonly #stopping = new AbortController()
  readonly #newcomers = new Set<string>()
  #unsubscribe: (() => void) | undefined
  #loop: Promise<void> | undefined
  #pulled = 0

  constructor(dependencies: PoolExchangeDependencies) {
    this.#dependencies = dependencies
  }

  /** Transactions that came this way since the start. */
  get pulled(): number {
    return this.#pulled
  }

  async start(): Promise<void> {
    if (this.#loop !== undefined) return
    this.#unsubscribe = this.#dependencies.peers.onJoined(({ id }) => this.#newcomers.add(id))
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the network is being stopped'))
    this.#unsubscribe?.()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { clock, isCurrent } = this.#dependencies
    const { signal } = this.#stopping
    let nextRoundMs = clock.nowMs() + ROUND_MS
    while (!signal.aborted) {
      await clock.sleep(TICK_MS, signal).catch(() => undefined)
      if (signal.aborted || !isCurrent()) continue
      const isRound = clock.nowMs() >= nextRoundMs
      if (isRound) nextRoundMs = clock.nowMs() + ROUND_MS
      for (const peerId of isRound ? [...this.#newcomers, ...this.#anyPeer()] : [...this.#newcomers]) {
        this.#newcomers.delete(peerId)
        await this.#exchange(peerId)
      }
    }
  }

  #anyPeer(): readonly string[] {
    const peers = this.#dependencies.peers.list().filter(sharesPool)
    const chosen = peers[Math.floor(this.#dependencies.random() * peers.length)]
    return chosen === undefined || this.#newcomers.has(chosen.id) ? [] : [chosen.id]
  }

  async #exchange(peerId: string): Promise<void> {
    const { source, mempool, peers, logger } = this.#dependencies
    const peer = peers.get(peerId)
    if (peer === undefined || !sharesPool(peer) || this.#stopping.signal.aborted) return
    if (this.#dependencies.allowance.isSpent(peer)) return
    const signal = AbortSignal.any([AbortSignal.timeout(EXCHANGE_TIMEOUT_MS), this.#stopping.signal])
    try {
      const hashes = await source.poolHashes(peerId, signal)
      const missing: Hash32[] = []
      const pace = createPace()
      for (const hash of hashes) {
        if (pace.isDue()) await pace.rest()
        if (mempool.get(hash) === undefined) missing.push(hash)
      }
      for (let start = 0; start < missing.length && !this.#dependencies.allowance.isSpent(peer); start += CHUNK) {
        await this.#pull(peer, missing.slice(start, start + CHUNK), signal)
      }
    } catch (error) {
      logger.debug('A peer did not tell its pool', { peerId, error })
    }
  }

  async #pull(peer: Peer, hashes: readonly Hash32[], signal: AbortSignal): Promise<void> {
    const { source, mempool, peers, allowance } = this.#dependencies
    const { id: peerId } = peer
    const encodings = await source.poolTransactions(peerId, hashes, signal)
    const wanted = new Set(hashes.map(bytesToHex))
    if (encodings.some((bytes) => !wanted.has(bytesToHex(hash32(bytes))))) {
      peers.report(peerId, 'wrong-answer')
      return
    }
    const { outcomes, vainMs } = await mempool.addEncoded(encodings, signal)
    allowance.chargeVain(peer, vainMs)
    for (const outcome of outcomes) {
      if (outcome.kind === 'added') this.#pulled++
      else if (outcome.error instanceof RuleError && verdictOf(outcome.error) === 'malicious') {
        peers.report(peerId, 'invalid-transaction')
        return
      }
    }
  }
}

function sharesPool({ status }: Peer): boolean {
  return status.services.transactions
}

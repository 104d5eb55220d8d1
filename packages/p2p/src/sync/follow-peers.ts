import { type Chain, Emitter, type Subscribe } from '@poai/chain'
import { blockLocator, type LocatorEntry } from '@poai/consensus'
import { type Body, type Clock, type Header, headerHash, type Logger, RuleError } from '@poai/core'
import type { BlockGap } from '../gossip/block-gossip.ts'
import type { ForeignBlocks } from '../gossip/foreign-blocks.ts'
import { NetworkError } from '../network-error.ts'
import type { NetworkSync, SyncStatus } from '../network-sync.ts'
import { blockOffence } from '../peers/block-offence.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'
import type { ChainRequests } from '../requests/chain-requests.ts'
import { MAX_BODIES } from '../requests/protocols/bodies-protocol.ts'
import { MAX_HEADERS } from '../requests/protocols/headers-protocol.ts'

/** What following needs, and nothing more. */
export interface FollowPeersDependencies {
  readonly requests: ChainRequests
  readonly chain: Pick<Chain, 'head' | 'importBlock' | 'queries'>
  readonly peers: Pick<PeerSet, 'list' | 'get' | 'report' | 'onJoined' | 'onStatus'>
  readonly foreign: ForeignBlocks
  /** Begins to answer others. */
  serve(): Promise<void>
  readonly clock: Clock
  readonly logger: Logger
}

/** Blocks between the import's doors at one time: below its bound, so that gossip finds room. */
const IMPORT_WINDOW = 32
/** A peer that could not help is not asked again for so long. */
const PAUSE_MS = 10_000
/** How often the peers are looked at, though none told anything. */
const TICK_MS = 1000

/** Follows the peer that claims the most work: headers behind a shared block, their bodies, and import in order. */
export function createFollowPeers(dependencies: FollowPeersDependencies): NetworkSync {
  return new FollowPeers(dependencies)
}

class FollowPeers implements NetworkSync {
  readonly #dependencies: FollowPeersDependencies
  readonly #changes: Emitter<SyncStatus>
  readonly #stopping = new AbortController()
  readonly #unsubscribe: (() => void)[] = []
  readonly #pausedUntilMs = new Map<string, number>()
  /** Peers that have a block which we have not, whatever their last status says. */
  readonly #gaps = new Map<string, BlockGap>()
  #loop: Promise<void> | undefined
  #wake: () => void = () => undefined
  #status: SyncStatus = { state: 'idle', currentBlock: 0n, highestBlock: 0n, blocksPerSecond: 0 }

  constructor(dependencies: FollowPeersDependencies) {
    this.#dependencies = dependencies
    this.#changes = new Emitter('sync changed', dependencies.logger)
  }

  get onChange(): Subscribe<SyncStatus> {
    return this.#changes.subscribe
  }

  async start(): Promise<void> {
    if (this.#unsubscribe.length > 0) return
    const { peers } = this.#dependencies
    this.#unsubscribe.push(
      peers.onJoined(() => this.#wake()),
      peers.onStatus(() => this.#wake()),
    )
    await this.#dependencies.serve()
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new NetworkError('P2P_NOT_RUNNING', 'the network is being stopped'))
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    await this.#loop
  }

  status(): SyncStatus {
    const currentBlock = this.#dependencies.chain.head().number
    const { highestBlock } = this.#status
    return { ...this.#status, currentBlock, highestBlock: highestBlock > currentBlock ? highestBlock : currentBlock }
  }

  fetchBody(peerId: string, header: Header, signal: AbortSignal): Promise<Body> {
    return this.#dependencies.requests.body(peerId, header, signal)
  }

  poolHashes(...request: Parameters<ChainRequests['poolHashes']>): ReturnType<ChainRequests['poolHashes']> {
    return this.#dependencies.requests.poolHashes(...request)
  }

  poolTransactions(
    ...request: Parameters<ChainRequests['poolTransactions']>
  ): ReturnType<ChainRequests['poolTransactions']> {
    return this.#dependencies.requests.poolTransactions(...request)
  }

  onGap(peerId: string, gap: BlockGap): void {
    const peer = this.#dependencies.peers.get(peerId)
    if (peer === undefined) return
    this.#gaps.set(peerId, gap)
    this.#wake()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const peer = this.#best()
      if (peer === undefined) {
        this.#tell({ ...this.#status, state: 'idle', blocksPerSecond: 0 })
        await this.#pause()
        continue
      }
      try {
        await this.#follow(peer)
      } catch (error) {
        this.#giveUp(peer, error)
      }
    }
  }

  #best(): Peer | undefined {
    const { chain, peers, clock } = this.#dependencies
    const now = clock.nowMs()
    const { totalWork } = chain.head()
    const [best] = peers
      .list()
      .filter(({ id }) => (this.#pausedUntilMs.get(id) ?? 0) <= now)
      .filter(({ id, status }) => status.totalWork > totalWork || this.#gaps.has(id))
      .sort((a, b) => (a.status.totalWork < b.status.totalWork ? 1 : -1))
    return best
  }

  async #follow(peer: Peer): Promise<void> {
    const { requests, chain, clock } = this.#dependencies
    const { signal } = this.#stopping
    this.#gaps.delete(peer.id)
    const begin = { atMs: clock.nowMs(), blocks: 0 }
    let last: LocatorEntry | undefined
    for (;;) {
      this.#tell({ ...this.#status, state: 'headers', highestBlock: peer.status.headNumber })
      const own = blockLocator(chain.head().number, (number) => this.#hashAt(number))
      const locator = last === undefined ? own : [last, ...own.slice(1)]
      const headers = await requests.headers(peer.id, { locator, count: MAX_HEADERS }, signal)
      if (headers.length === 0) break
      await this.#importAll(peer, headers, begin)
      const end = headers.at(-1)
      if (end !== undefined) last = { number: end.number, hash: headerHash(end) }
      if (headers.length < MAX_HEADERS) break
    }
    // What it claimed it has shown, or it has not: it is not asked again before it says something new.
    const { totalWork } = this.#dependencies.peers.get(peer.id)?.status ?? peer.status
    if (totalWork > chain.head().totalWork) this.#pausedUntilMs.set(peer.id, clock.nowMs() + PAUSE_MS)
  }

  #hashAt(number: bigint): LocatorEntry['hash'] {
    const header = this.#dependencies.chain.queries.header(number)
    if (header === undefined) throw new NetworkError('P2P_REQUEST', 'the chain moved while it was described')
    return headerHash(header)
  }

  async #importAll(
    peer: Peer,
    headers: readonly Header[],
    begin: { readonly atMs: number; blocks: number },
  ): Promise<void> {
    const { requests, clock, chain } = this.#dependencies
    const unknown = headers.filter((header) => chain.queries.header(headerHash(header)) === undefined)
    for (let next = 0; next < unknown.length; ) {
      const asked = unknown.slice(next, next + MAX_BODIES)
      const bodies = await requests.bodies(peer.id, asked, this.#stopping.signal)
      if (bodies.length === 0) throw new NetworkError('P2P_REQUEST', 'the peer sent no bodies')
      await this.#importInOrder(peer, asked.slice(0, bodies.length), bodies)
      next += bodies.length
      begin.blocks += bodies.length
      const seconds = Math.max(0.001, (clock.nowMs() - begin.atMs) / 1000)
      const blocksPerSecond = begin.blocks / seconds
      const left = Number(peer.status.headNumber - chain.head().number)
      const secondsLeft = left > 0 ? Math.round(left / Math.max(0.001, blocksPerSecond)) : 0
      this.#tell({ ...this.#status, state: 'blocks', blocksPerSecond, secondsLeft })
    }
  }

  /** Children are judged behind parents that are under way: some are always at the replays. */
  async #importInOrder(peer: Peer, headers: readonly Header[], bodies: readonly (Body | undefined)[]): Promise<void> {
    const { chain, foreign } = this.#dependencies
    const failed = new AbortController()
    const signal = AbortSignal.any([failed.signal, this.#stopping.signal])
    const underWay: Promise<unknown>[] = []
    try {
      for (const [index, header] of headers.entries()) {
        const body = bodies[index]
        if (body === undefined) throw new NetworkError('P2P_REQUEST', 'the peer has no such body')
        foreign.add(headerHash(header))
        const imported = chain.importBlock({ header, body }, { source: peer.id, priority: 'sync', signal })
        imported.catch(() => undefined)
        underWay.push(imported)
        if (underWay.length >= IMPORT_WINDOW) await underWay.shift()
      }
      for (const imported of underWay) await imported
    } catch (error) {
      failed.abort(error)
      await Promise.allSettled(underWay)
      throw error
    }
  }

  #giveUp(peer: Peer, error: unknown): void {
    if (this.#stopping.signal.aborted) return
    const { peers, clock, logger } = this.#dependencies
    const offence = error instanceof RuleError ? blockOffence(error) : undefined
    logger.debug('A peer could not be followed', { peerId: peer.id, offence, error })
    if (offence !== undefined) peers.report(peer.id, offence)
    this.#gaps.delete(peer.id)
    this.#pausedUntilMs.set(peer.id, clock.nowMs() + PAUSE_MS)
    for (const [id, untilMs] of this.#pausedUntilMs) if (untilMs <= clock.nowMs()) this.#pausedUntilMs.delete(id)
  }

  #tell(status: SyncStatus): void {
    const isNews = status.state !== this.#status.state || status.highestBlock !== this.#status.highestBlock
    this.#status = status
    if (isNews || status.state !== 'idle') this.#changes.emit(this.status())
  }

  /** Until somebody tells something, or a while. */
  async #pause(): Promise<void> {
    const done = new AbortController()
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const either = AbortSignal.any([this.#stopping.signal, done.signal])
    await Promise.race([woken, this.#dependencies.clock.sleep(TICK_MS, either).catch(() => undefined)])
    done.abort()
  }
}

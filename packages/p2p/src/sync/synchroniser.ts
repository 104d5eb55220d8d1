import { type Chain, Emitter, type Subscribe } from '@poai/chain'
import { type Body, type Clock, type Header, type Logger, type NetworkParams, RuleError } from '@poai/core'
import type { BlockGap } from '../gossip/block-gossip.ts'
import type { ForeignBlocks } from '../gossip/foreign-blocks.ts'
import type { BudgetOutcome, VerificationBudget } from '../gossip/verification-budget.ts'
import { NetworkError } from '../network-error.ts'
import type { NetworkSync, SyncStatus } from '../network-sync.ts'
import { blockOffence, isFailedReplay } from '../peers/block-offence.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'
import type { ChainRequests } from '../requests/chain-requests.ts'
import { BodyDownload } from './body-download.ts'
import { type CollectedHeaders, collectHeaders } from './collect-headers.ts'
import { Progress } from './progress.ts'
import type { ReplayPolicy } from './replay-policy.ts'

export interface SynchroniserOptions {
  readonly params: NetworkParams
}

/** What catching up needs, and nothing more. */
export interface SynchroniserDependencies {
  readonly requests: ChainRequests
  readonly chain: Pick<Chain, 'head' | 'context' | 'importBlock' | 'queries'>
  readonly peers: Pick<PeerSet, 'list' | 'get' | 'report' | 'onJoined' | 'onStatus'>
  readonly foreign: ForeignBlocks
  readonly policy: ReplayPolicy
  readonly budget: VerificationBudget
  /** Begins to answer others. */
  serve(): Promise<void>
  readonly clock: Clock
  readonly logger: Logger
}

/** Blocks between the import's doors at one time: half of its bound, so that gossip finds room. */
const IMPORT_WINDOW = 32
/** A peer that could not help is not asked again for so long. */
const PAUSE_MS = 10_000
/** How often the peers are looked at, though none told anything. */
const TICK_MS = 500
/** Blocks that gossip is waited for, and how long. */
const GOSSIP_GAP = 2n
const GOSSIP_GRACE_MS = 1500
/** A gap of so many blocks is what gossip leaves now and then: nobody is told of it as of a synchronisation. */
const SMALL_GAP = 8

/**
 * Catches up: the headers of the chain with the most work first, checked as far as that goes without bodies and replays; then bodies from all peers
 * that have them; then import in order, by the pipeline of all blocks. Where it stands is the chain itself, so that it goes on after any end.
 */
export function createSynchroniser(options: SynchroniserOptions, dependencies: SynchroniserDependencies): NetworkSync {
  return new Synchroniser(options, dependencies)
}

class Synchroniser implements NetworkSync {
  readonly #options: SynchroniserOptions
  readonly #dependencies: SynchroniserDependencies
  readonly #changes: Emitter<SyncStatus>
  readonly #stopping = new AbortController()
  readonly #unsubscribe: (() => void)[] = []
  readonly #pausedUntilMs = new Map<string, number>()
  /** Peers that have a block which we have not, whatever their last status says. */
  readonly #gaps = new Map<string, BlockGap>()
  /** Peers that say they are a block or two ahead, and since when. */
  readonly #aheadSinceMs = new Map<string, number>()
  #loop: Promise<void> | undefined
  #wake: () => void = () => undefined
  #status: SyncStatus = { state: 'idle', currentBlock: 0n, highestBlock: 0n, blocksPerSecond: 0 }

  constructor(options: SynchroniserOptions, dependencies: SynchroniserDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#changes = new Emitter('sync changed', dependencies.logger)
  }

  get onChange(): Subscribe<SyncStatus> {
    return this.#changes.subscribe
  }

  async start(): Promise<void> {
    if (this.#unsubscribe.length > 0) return
    const { peers, serve } = this.#dependencies
    this.#unsubscribe.push(
      peers.onJoined(() => this.#wake()),
      peers.onStatus(() => this.#wake()),
    )
    await serve()
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
    if (this.#dependencies.peers.get(peerId) === undefined) return
    this.#gaps.set(peerId, gap)
    this.#wake()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const peer = this.#best()
      if (peer === undefined) {
        this.#tell({ ...this.#status, state: 'idle', blocksPerSecond: 0 })
        await this.#rest()
        continue
      }
      this.#gaps.delete(peer.id)
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
    for (const notes of [this.#gaps, this.#aheadSinceMs]) {
      for (const id of notes.keys()) if (peers.get(id) === undefined) notes.delete(id)
    }
    const [best] = peers
      .list()
      .filter(({ id }) => (this.#pausedUntilMs.get(id) ?? 0) <= now)
      .filter((peer) => this.#gaps.has(peer.id) || this.#isAhead(peer, totalWork))
      .sort((a, b) => (a.status.totalWork < b.status.totalWork ? 1 : -1))
    return best
  }

  /** A status may overtake the gossip of the very block that it tells of: that is given a moment. */
  #isAhead({ id, status }: Peer, totalWork: bigint): boolean {
    const { chain, clock } = this.#dependencies
    if (status.totalWork <= totalWork) {
      this.#aheadSinceMs.delete(id)
      return false
    }
    if (status.headNumber > chain.head().number + GOSSIP_GAP) return true
    const sinceMs = this.#aheadSinceMs.get(id) ?? clock.nowMs()
    this.#aheadSinceMs.set(id, sinceMs)
    return clock.nowMs() - sinceMs >= GOSSIP_GRACE_MS
  }

  async #follow(peer: Peer): Promise<void> {
    const { chain, clock, policy, logger } = this.#dependencies
    const found = await collectHeaders({ ...this.#dependencies, ...this.#options }, peer, this.#stopping.signal)
    if (found === undefined) {
      // It has shown that there is nothing to gain; unless it tells of more, it is left alone for a while.
      if (peer.status.totalWork > chain.head().totalWork) this.#pause(peer.id)
      return
    }
    const isLong = found.headers.length > SMALL_GAP
    if (isLong) {
      logger.info('Catching up', { blocks: found.headers.length, to: found.end.number })
      this.#tell({ ...this.#status, state: 'headers', highestBlock: found.end.number })
    }
    policy.survey(found.headers)
    const begin = clock.nowMs()
    try {
      await this.#importAll(peer, found)
    } finally {
      policy.forget()
    }
    if (!isLong) return
    const seconds = (clock.nowMs() - begin) / 1000
    logger.info('Caught up', { blocks: found.headers.length, seconds: Math.round(seconds), head: chain.head().number })
  }

  async #importAll(peer: Peer, { headers, end }: CollectedHeaders): Promise<void> {
    const { clock } = this.#dependencies
    const download = new BodyDownload(headers, this.#dependencies, this.#stopping.signal)
    const failed = new AbortController()
    const signal = AbortSignal.any([failed.signal, this.#stopping.signal])
    const progress = new Progress(clock.nowMs())
    const underWay: Promise<void>[] = []
    let left = headers.length
    const tell = (): void => {
      left--
      progress.add(1, clock.nowMs())
      if (headers.length > SMALL_GAP && left % 16 === 0)
        this.#tellProgress(progress, { left, highestBlock: end.number })
    }
    try {
      for (const { header, hash } of headers) {
        const body = await download.next()
        // A stranger's first block is judged before its second one is looked at.
        const { budget, policy } = this.#dependencies
        const isTrial = !budget.isProven(peer.id) && !policy.isExcused(hash)
        const imported = this.#import(peer, { header, body }, { signal, isTrial, branchWork: end.totalWork }).then(tell)
        // Children are judged behind parents that are under way; what fails first is heard of in its turn.
        imported.catch(() => undefined)
        this.#dependencies.foreign.add(hash)
        underWay.push(imported)
        while (underWay.length >= (isTrial ? 1 : IMPORT_WINDOW)) await underWay.shift()
      }
      for (const imported of underWay) await imported
    } catch (error) {
      failed.abort(error)
      await Promise.allSettled(underWay)
      throw error
    } finally {
      await download.stop()
      this.#dependencies.logger.debug('Bodies came from', Object.fromEntries(download.shares))
    }
  }

  async #import(
    peer: Peer,
    block: { readonly header: Header; readonly body: Body },
    {
      signal,
      isTrial,
      branchWork,
    }: { readonly signal: AbortSignal; readonly isTrial: boolean; readonly branchWork: bigint },
  ): Promise<void> {
    const { chain, budget } = this.#dependencies
    const ticket = isTrial ? await budget.admit(peer.id, peer.address, signal) : undefined
    if (isTrial && ticket === undefined)
      throw new NetworkError('P2P_REQUEST', "the peer's budget of replays is used up")
    let outcome: BudgetOutcome = 'undecided'
    try {
      await chain.importBlock(block, { source: peer.id, priority: 'sync', branchWork, signal })
      outcome = 'valid'
    } catch (error) {
      if (error instanceof RuleError && isFailedReplay(error)) outcome = 'failed-replay'
      throw error
    } finally {
      if (ticket !== undefined) ticket.settle(outcome)
      else if (outcome === 'failed-replay') budget.charge(peer.id, peer.address)
    }
  }

  #tellProgress(
    progress: Progress,
    { left, highestBlock }: { readonly left: number; readonly highestBlock: bigint },
  ): void {
    const blocksPerSecond = progress.blocksPerSecond(this.#dependencies.clock.nowMs())
    const secondsLeft = Math.round(left / Math.max(0.001, blocksPerSecond))
    this.#tell({ state: 'blocks', currentBlock: 0n, highestBlock, blocksPerSecond, secondsLeft })
  }

  /** Its headers led here: a block that breaks a rule behind good headers is its fault, whoever sent the body, whose root was checked. */
  #giveUp(peer: Peer, error: unknown): void {
    if (this.#stopping.signal.aborted) return
    const { peers, logger } = this.#dependencies
    const offence = error instanceof RuleError ? this.#offenceOf(error) : undefined
    logger.debug('A peer could not be followed', { peerId: peer.id, offence, error })
    if (offence !== undefined) peers.report(peer.id, offence)
    this.#pause(peer.id)
  }

  /** Requests have reported what they found themselves. */
  #offenceOf(error: RuleError): ReturnType<typeof blockOffence> {
    const isOfImport =
      error.code.startsWith('WORK_') || error.code.startsWith('EXECUTION_') || error.code.startsWith('BODY_')
    return isOfImport || error.code === 'HEADER_PARENT_INVALID' ? blockOffence(error) : undefined
  }

  #pause(peerId: string): void {
    const now = this.#dependencies.clock.nowMs()
    for (const [id, untilMs] of this.#pausedUntilMs) if (untilMs <= now) this.#pausedUntilMs.delete(id)
    this.#pausedUntilMs.set(peerId, now + PAUSE_MS)
  }

  #tell(status: SyncStatus): void {
    const isNews = status.state !== this.#status.state || status.highestBlock !== this.#status.highestBlock
    this.#status = status
    if (isNews || status.state !== 'idle') this.#changes.emit(this.status())
  }

  /** Until somebody tells something, or a while. */
  async #rest(): Promise<void> {
    const done = new AbortController()
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const either = AbortSignal.any([this.#stopping.signal, done.signal])
    await Promise.race([woken, this.#dependencies.clock.sleep(TICK_MS, either).catch(() => undefined)])
    done.abort()
  }
}

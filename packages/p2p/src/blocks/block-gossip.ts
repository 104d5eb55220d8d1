import type { Chain } from '@poai/chain'
import {
  AppError,
  type Block,
  type BlockCodecs,
  type Body,
  bytesToHex,
  type Clock,
  equalBytes,
  type Hash32,
  type Header,
  type Hex,
  headerHash,
  type Logger,
  RuleError,
} from '@poai/core'
import { type Allowance, TokenBucket } from '../budget/token-bucket.ts'
import type { BudgetOutcome, VerificationBudget } from '../budget/verification-budget.ts'
import type { GossipMessage, GossipRouter, GossipVerdict } from '../gossip/gossip-router.ts'
import { NetworkError } from '../network-error.ts'
import type { PeerSet } from '../peers/peer.ts'
import { decodeBlockMessage, encodeBlockMessage } from './block-message.ts'
import { blockOffence, isFailedReplay } from './block-offence.ts'
import type { ForeignBlocks } from './foreign-blocks.ts'

export interface BlockGossipOptions {
  readonly topic: string
}

/** What the gossip of blocks needs, and nothing more. */
export interface BlockGossipDependencies {
  readonly router: GossipRouter
  readonly chain: Pick<Chain, 'head' | 'judgeHeader' | 'importBlock' | 'onHead' | 'onOrphanRejected' | 'queries'>
  readonly codecs: Pick<BlockCodecs, 'block'>
  readonly peers: Pick<PeerSet, 'get' | 'report'>
  readonly budget: VerificationBudget
  readonly foreign: ForeignBlocks
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>
  /** Asks a peer for the body that belongs to a header; checks that it does. */
  fetchBody(peerId: string, header: Header, signal: AbortSignal): Promise<Body>
  /** A peer has a block whose parent is not here. */
  onGap(peerId: string, gap: BlockGap): void
  readonly logger: Logger
}

/** A block and its parent, which is missing. */
export interface BlockGap {
  readonly hash: Hash32
  readonly missing: Hash32
}

/** What became of messages since the start. */
export interface BlockGossipCounts {
  readonly published: number
  readonly accepted: number
  readonly ignored: number
  readonly rejected: number
  readonly pulled: number
}

/**
 * How long a block is held whose parent is fetched: the child of a block that was not passed on, since it was a tie,
 * decides the tie, and is news for those behind this node. A header, two bodies and two replays take a second or two.
 */
const HOLD_MS = 4000
/** Blocks that are held at one time; ties have one child or two. */
const MAX_HELD = 16
/** Known blocks so far below the head are passed on; older ones are somebody's old news. */
const TIP_DEPTH = 2n
/** Bodies that are being fetched for announcements: a block of every neighbour of the mesh. */
const MAX_PULLS = 8
/** Of one neighbour: who announces and does not serve must not keep the others' bodies from coming. */
const MAX_PULLS_PER_PEER = 2
/**
 * Blocks of one neighbour that were of no use: not judged, of old or of unknown parents. Honest ones bring some when
 * chains part or this node is behind; above this a flood costs points.
 */
const USELESS: Allowance = { capacity: 256, perSecond: 2 }
/** Neighbours whose useless blocks are counted, and whose last good one is remembered. */
const MAX_COUNTED = 512
/** Two megabytes over a slow line. */
const PULL_TIMEOUT_MS = 15_000

/** Tells neighbours of new blocks, and passes on those of others once they are judged. */
export class BlockGossip {
  readonly #options: BlockGossipOptions
  readonly #dependencies: BlockGossipDependencies
  readonly #stopping = new AbortController()
  readonly #unsubscribe: (() => void)[] = []
  readonly #counts = { published: 0, accept: 0, ignore: 0, reject: 0, pulled: 0 }
  /** By neighbour. */
  readonly #pulls = new Map<string, number>()
  readonly #useless = new Map<string, TokenBucket>()
  readonly #broughtMs = new Map<string, number>()
  /** What waits for a block to join the chain, by its hash. */
  readonly #held = new Map<Hex, () => void>()

  constructor(options: BlockGossipOptions, dependencies: BlockGossipDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  get counts(): BlockGossipCounts {
    const { published, accept, ignore, reject, pulled } = this.#counts
    return { published, accepted: accept, ignored: ignore, rejected: reject, pulled }
  }

  /** When a neighbour last brought a new block that keeps all rules. */
  lastBroughtMs(peerId: string): number | undefined {
    return this.#broughtMs.get(peerId)
  }

  start(): void {
    const { router, chain, foreign } = this.#dependencies
    router.subscribe(this.#options.topic, (message) => this.#count(message))
    this.#unsubscribe.push(
      chain.onHead(({ added }) => {
        for (const { hash, block } of added) {
          this.#held.get(bytesToHex(hash))?.()
          if (!foreign.has(hash)) void this.#publish(block)
        }
      }),
      chain.onOrphanRejected(({ source, error }) => {
        const { peers, budget } = this.#dependencies
        if (isFailedReplay(error)) budget.charge(source, peers.get(source)?.address ?? '')
        this.#blame(source, error)
      }),
    )
  }

  stop(): void {
    this.#stopping.abort(new AppError('P2P_NOT_RUNNING', 'the network is being stopped'))
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  async #publish(block: Block): Promise<void> {
    const { router, codecs, logger } = this.#dependencies
    try {
      await router.publish(this.#options.topic, encodeBlockMessage(block, codecs))
      this.#counts.published++
    } catch (error) {
      logger.debug('A block could not be announced', { error })
    }
  }

  async #count(message: GossipMessage): Promise<GossipVerdict> {
    const verdict = await this.#judge(message)
    this.#counts[verdict]++
    if (verdict === 'ignore') this.#countUseless(message.from)
    return verdict
  }

  #countUseless(from: string): void {
    const { clock, peers } = this.#dependencies
    const bucket = this.#useless.get(from) ?? new TokenBucket(USELESS, clock)
    remember(this.#useless, from, bucket)
    if (!bucket.take(1)) peers.report(from, 'rate-limit')
  }

  async #judge({ data, from }: GossipMessage): Promise<GossipVerdict> {
    // Without a handshake nobody is known to be of this network, nor limited by address; its status will tell of the
    // head.
    const peer = this.#dependencies.peers.get(from)
    if (peer === undefined || !this.#dependencies.budget.isOpenTo(from, peer.address)) return 'ignore'
    try {
      const message = decodeBlockMessage(data, this.#dependencies.codecs)
      const header = message.kind === 'block' ? message.block.header : message.header
      const known = this.#verdictOfKnown(header)
      if (known !== undefined) return known
      const block = message.kind === 'block' ? message.block : await this.#pull(from, message.header)
      if (block === undefined) return 'ignore'
      const verdict = await this.#import(from, block)
      return verdict === 'hold' ? await this.#hold(block) : verdict
    } catch (error) {
      return this.#verdictOfError(from, error)
    }
  }

  #verdictOfKnown(header: Header): GossipVerdict | undefined {
    const hash = headerHash(header)
    if (this.#dependencies.chain.queries.header(hash) === undefined) return undefined
    return this.#isAtTip(hash, header.number) ? 'accept' : 'ignore'
  }

  /**
   * Only what was executed is passed on: it was paid for with the work of the chain, where a block beside it may cost
   * next to nothing.
   */
  #isAtTip(hash: Hash32, number: bigint): boolean {
    const { queries, head } = this.#dependencies.chain
    const canonical = queries.header(number)
    return canonical !== undefined && equalBytes(headerHash(canonical), hash) && number + TIP_DEPTH >= head().number
  }

  /** Undefined if the body is not to be had now. */
  async #pull(from: string, header: Header): Promise<Block | undefined> {
    const { chain, peers, fetchBody, logger } = this.#dependencies
    chain.judgeHeader(header)
    if (chain.queries.header(header.parentHash) === undefined) {
      this.#dependencies.onGap(from, { hash: headerHash(header), missing: header.parentHash })
      return undefined
    }
    const own = this.#pulls.get(from) ?? 0
    const all = [...this.#pulls.values()].reduce((sum, count) => sum + count, 0)
    if (all >= MAX_PULLS || own >= MAX_PULLS_PER_PEER) return undefined
    this.#pulls.set(from, own + 1)
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(PULL_TIMEOUT_MS), this.#stopping.signal])
      const body = await fetchBody(from, header, signal)
      this.#counts.pulled++
      return { header, body }
    } catch (error) {
      if (error instanceof RuleError) throw error
      logger.debug('An announced body did not come', { peerId: from, error })
      // One that is busy or has gone meanwhile broke no promise.
      const isBusy = error instanceof NetworkError && error.code === 'P2P_BUSY'
      if (!isBusy && peers.get(from) !== undefined) peers.report(from, 'announced-without-serving')
      return undefined
    } finally {
      const left = (this.#pulls.get(from) ?? 1) - 1
      if (left > 0) this.#pulls.set(from, left)
      else this.#pulls.delete(from)
    }
  }

  /** The verdict over an orphan: whether it has joined the chain in time. */
  async #hold({ header }: Pick<Block, 'header'>): Promise<GossipVerdict> {
    const hash = headerHash(header)
    const name = bytesToHex(hash)
    if (this.#held.size >= MAX_HELD || this.#held.has(name)) return 'ignore'
    const joined = new Promise<void>((resolve) => {
      this.#held.set(name, resolve)
    })
    const done = new AbortController()
    const either = AbortSignal.any([done.signal, this.#stopping.signal])
    try {
      await Promise.race([joined, this.#dependencies.clock.sleep(HOLD_MS, either).catch(() => undefined)])
      return this.#isAtTip(hash, header.number) ? 'accept' : 'ignore'
    } finally {
      done.abort()
      this.#held.delete(name)
    }
  }

  /** `hold`: it waits for its parent, which is being fetched. */
  async #import(from: string, block: Block): Promise<GossipVerdict | 'hold'> {
    const { chain, peers, budget, foreign } = this.#dependencies
    const hash = headerHash(block.header)
    const ticket = await budget.admit(from, peers.get(from)?.address ?? '', this.#stopping.signal)
    if (ticket === undefined) return 'ignore'
    foreign.add(hash)
    let outcome: BudgetOutcome = 'undecided'
    try {
      const imported = await chain.importBlock(block, { source: from, priority: 'tip', signal: this.#stopping.signal })
      if (imported.kind === 'orphan') {
        this.#dependencies.onGap(from, { hash, missing: imported.missing })
        return 'hold'
      }
      outcome = 'valid'
      if (imported.kind !== 'known') remember(this.#broughtMs, from, this.#dependencies.clock.nowMs())
      const isNews = imported.kind === 'head' || this.#isAtTip(hash, block.header.number)
      return isNews ? 'accept' : 'ignore'
    } catch (error) {
      if (error instanceof RuleError && isFailedReplay(error)) outcome = 'failed-replay'
      throw error
    } finally {
      ticket.settle(outcome)
    }
  }

  #verdictOfError(from: string, error: unknown): GossipVerdict {
    if (!(error instanceof RuleError)) {
      this.#dependencies.logger.debug('A block could not be judged', { peerId: from, error })
      return 'ignore'
    }
    return this.#blame(from, error)
  }

  #blame(from: string, error: RuleError): GossipVerdict {
    const offence = blockOffence(error)
    if (offence === undefined) return 'ignore'
    this.#dependencies.logger.debug('A peer brought a bad block', { peerId: from, code: error.code })
    this.#dependencies.peers.report(from, offence)
    return 'reject'
  }
}

/** Puts a neighbour last; the one that was heard of longest ago goes. */
function remember<Value>(map: Map<string, Value>, peerId: string, value: Value): void {
  map.delete(peerId)
  map.set(peerId, value)
  const [oldest] = map.keys()
  if (map.size > MAX_COUNTED && oldest !== undefined) map.delete(oldest)
}

import type { Chain } from '@poai/chain'
import {
  type Block,
  type BlockCodecs,
  type Body,
  type Clock,
  equalBytes,
  type Hash32,
  type Header,
  headerHash,
  type Logger,
  RuleError,
} from '@poai/core'
import { UNQUEUED } from '../budget/fair-queue.ts'
import { RecentMap } from '../budget/recent-map.ts'
import { UNBOUNDED } from '../budget/token-bucket.ts'
import type { BudgetOutcome, VerificationBudget } from '../budget/verification-budget.ts'
import type { PeerSet } from '../peers/peer.ts'
import {
  ACCEPTED,
  ignored,
  type TopicBudget,
  type TopicDeclaration,
  type TopicVerdict,
} from '../topics/topic-declaration.ts'
import type { Topics } from '../topics/topics.ts'
import type { Topic } from '../topics/validated-topic.ts'
import { type BlockMessage, createBlockMessageCodec } from './block-message.ts'
import { blockOffence, isFailedReplay } from './block-offence.ts'
import { BodyPulls } from './body-pulls.ts'
import type { ForeignBlocks } from './foreign-blocks.ts'
import { HeldBlocks } from './held-blocks.ts'

/** What the gossip of blocks needs, and nothing more. */
export interface BlockGossipDependencies {
  readonly topics: Pick<Topics, 'open'>
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

/** Known blocks so far below the head are passed on; older ones are somebody's old news. */
const TIP_DEPTH = 2n
/** Neighbours whose last good block is remembered. */
const MAX_REMEMBERED = 512
/**
 * What a block costs is its replay, which the verification budget bounds; what costs none, not judged, of old or of
 * unknown parents, counts as useless.
 */
const BLOCK_BUDGET: TopicBudget = {
  bytes: UNBOUNDED,
  messages: UNBOUNDED,
  vainMs: UNBOUNDED,
  useless: { capacity: 256, perSecond: 2 },
  judging: UNQUEUED,
}

/** Tells neighbours of new blocks, and passes on those of others once they are judged. */
export class BlockGossip {
  readonly #dependencies: BlockGossipDependencies
  readonly #topic: Topic<BlockMessage>
  readonly #pulls: BodyPulls
  readonly #held: HeldBlocks
  readonly #unsubscribe: (() => void)[] = []
  readonly #broughtMs = new RecentMap<number>(MAX_REMEMBERED)

  constructor(dependencies: BlockGossipDependencies) {
    const { topics, codecs, budget, clock } = dependencies
    this.#dependencies = dependencies
    this.#pulls = new BodyPulls(dependencies)
    this.#held = new HeldBlocks(clock)
    this.#topic = topics.open({
      name: 'blocks',
      codec: createBlockMessageCodec(codecs),
      budget: BLOCK_BUDGET,
      isOpenTo: ({ id, address }) => budget.isOpenTo(id, address),
      validate: (message, { peer, signal }) => this.#judge(message, peer.id, signal),
      offenceOf: blockOffence,
    } satisfies TopicDeclaration<BlockMessage>)
  }

  get counts(): BlockGossipCounts {
    const { published, accepted, ignored, rejected } = this.#topic.counts
    return { published, accepted, ignored, rejected, pulled: this.#pulls.pulled }
  }

  /** When a neighbour last brought a new block that keeps all rules. */
  lastBroughtMs(peerId: string): number | undefined {
    return this.#broughtMs.get(peerId)
  }

  start(): void {
    const { chain, foreign } = this.#dependencies
    this.#unsubscribe.push(
      chain.onHead(({ added }) => {
        for (const { hash, block } of added) {
          this.#held.release(hash)
          if (!foreign.has(hash)) void this.#topic.publish({ kind: 'block', block })
        }
      }),
      chain.onOrphanRejected(({ source, error }) => this.#blame(source, error)),
    )
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  async #judge(message: BlockMessage, from: string, signal: AbortSignal): Promise<TopicVerdict> {
    const header = message.kind === 'block' ? message.block.header : message.header
    const hash = headerHash(header)
    if (this.#dependencies.chain.queries.header(hash) !== undefined) return this.#verdictAtTip(hash, header.number)
    if (message.kind === 'block') return this.#import(message.block, { hash, from, signal })
    const block = await this.#pull(message.header, { hash, from, signal })
    return block === undefined ? ignored('no-body') : this.#import(block, { hash, from, signal })
  }

  /**
   * Only what was executed is passed on: it was paid for with the work of the chain, where a block beside it may cost
   * next to nothing.
   */
  #verdictAtTip(hash: Hash32, number: bigint): TopicVerdict {
    const { queries, head } = this.#dependencies.chain
    const canonical = queries.header(number)
    if (canonical === undefined || !equalBytes(headerHash(canonical), hash)) return ignored('beside-chain')
    return number + TIP_DEPTH >= head().number ? ACCEPTED : ignored('old')
  }

  /** Undefined if the body is not available now, or the block is of no use yet. */
  async #pull(header: Header, { hash, from, signal }: Arrival): Promise<Block | undefined> {
    const { chain, onGap } = this.#dependencies
    chain.judgeHeader(header)
    if (chain.queries.header(header.parentHash) !== undefined) return this.#pulls.pull(from, header, signal)
    onGap(from, { hash, missing: header.parentHash })
    return undefined
  }

  async #import(block: Block, { hash, from, signal }: Arrival): Promise<TopicVerdict> {
    const { chain, peers, budget, foreign, clock, onGap } = this.#dependencies
    const ticket = await budget.admit(from, peers.get(from)?.address ?? '', signal)
    if (ticket === undefined) return ignored('no-budget')
    foreign.add(hash)
    let outcome: BudgetOutcome = 'undecided'
    try {
      const imported = await chain.importBlock(block, { source: from, priority: 'tip', signal })
      if (imported.kind !== 'orphan') {
        outcome = 'valid'
        if (imported.kind !== 'known') this.#broughtMs.set(from, clock.nowMs())
        return imported.kind === 'head' ? ACCEPTED : this.#verdictAtTip(hash, block.header.number)
      }
      onGap(from, { hash, missing: imported.missing })
    } catch (error) {
      if (error instanceof RuleError && isFailedReplay(error)) outcome = 'failed-replay'
      throw error
    } finally {
      ticket.settle(outcome)
    }
    // Its parent is being fetched: what counts is whether it joins the chain in time.
    await this.#held.hold(hash, signal)
    return this.#verdictAtTip(hash, block.header.number)
  }

  /** An orphan turned out bad when its parent came. */
  #blame(source: string, error: RuleError): void {
    const { peers, budget, logger } = this.#dependencies
    if (isFailedReplay(error)) budget.charge(source, peers.get(source)?.address ?? '')
    const offence = blockOffence(error)
    if (offence === undefined) return
    logger.debug('A peer brought a bad orphan', { peerId: source, code: error.code })
    peers.report(source, offence)
  }
}

/** A block on its way in. */
interface Arrival {
  readonly hash: Hash32
  readonly from: string
  readonly signal: AbortSignal
}

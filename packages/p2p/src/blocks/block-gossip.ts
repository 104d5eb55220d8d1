import type { Chain, FinishedStage } from '@poai/chain'
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
import type { BudgetOutcome, BudgetTicket, VerificationBudget } from '../budget/verification-budget.ts'
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
import { gossipOffence, isFailedReplay } from './block-offence.ts'
import { BodyPulls } from './body-pulls.ts'
import type { ForeignBlocks } from './foreign-blocks.ts'
import type { ForwardedBlocks } from './forwarded-blocks.ts'
import { HeldBlocks } from './held-blocks.ts'

/** What the gossip of blocks needs, and nothing more. */
export interface BlockGossipDependencies {
  readonly topics: Pick<Topics, 'open'>
  readonly chain: Pick<
    Chain,
    'head' | 'judgeHeader' | 'importBlock' | 'onHead' | 'onOrphanRejected' | 'onStage' | 'queries'
  >
  readonly codecs: Pick<BlockCodecs, 'block'>
  readonly peers: Pick<PeerSet, 'get' | 'report'>
  readonly budget: VerificationBudget
  readonly foreign: ForeignBlocks
  readonly forwarded: ForwardedBlocks
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

/** Known blocks at most this far below the head are passed on; older ones are no news. */
const TIP_DEPTH = 2n
/**
 * After a block that was passed on turns out not to be executable, blocks are executed before they go on for this long.
 * Such a block costs its maker the work of a block. Where that is little, an attacker still spreads only one in this
 * time.
 */
const CAUTION_MS = 600_000
/** Neighbours whose last good block is remembered. */
const MAX_REMEMBERED = 512
/**
 * What costs this node something is a block's replay, which the verification budget bounds. Blocks that are not
 * replayed, because they are old or their parents unknown, count as useless.
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
  #cautiousUntilMs = 0
  /** A block that was passed on is being executed: others wait for its fate, or many bad ones could slip through. */
  #isOneUnexecuted = false

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
      offenceOf: gossipOffence,
    } satisfies TopicDeclaration<BlockMessage>)
  }

  get counts(): BlockGossipCounts {
    const { published, accepted, ignored, rejected } = this.#topic.counts
    return { published, accepted, ignored, rejected, pulled: this.#pulls.pulled }
  }

  /** When a neighbour last brought a new block that kept all rules. */
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

  /** A block beside the chain may have cost next to nothing, so it is not passed on. */
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

  /** The verdict comes with the replay if that is enough, else with the end of the import. */
  async #import(block: Block, arrival: Arrival): Promise<TopicVerdict> {
    const { chain, peers, budget, foreign, forwarded } = this.#dependencies
    const { hash, from, signal } = arrival
    const ticket = await budget.admit(from, peers.get(from)?.address ?? '', signal)
    if (ticket === undefined) return ignored('no-budget')
    foreign.add(hash)
    const { promise, resolve } = Promise.withResolvers<TopicVerdict>()
    const unsubscribe = chain.onStage((finished) => {
      if (!isReplayOf(finished, hash) || !this.#goesOnUnexecuted(block)) return
      this.#isOneUnexecuted = true
      forwarded.add(hash, block)
      resolve(ACCEPTED)
    })
    const imported = this.#finishImport(block, arrival, ticket).finally(unsubscribe)
    void promise
      .then(() => imported)
      .catch((error: unknown) => this.#noteForwardedInVain(from, error))
      .finally(() => {
        this.#isOneUnexecuted = false
      })
    return Promise.race([promise, imported])
  }

  /**
   * A block that was replayed and continues the head has kept the rules of headers and bodies, and was paid for with
   * the work of the chain, whatever its execution comes to.
   */
  #goesOnUnexecuted({ header }: Block): boolean {
    const { chain, clock } = this.#dependencies
    if (this.#isOneUnexecuted || clock.nowMs() < this.#cautiousUntilMs) return false
    return equalBytes(header.parentHash, chain.head().hash)
  }

  #noteForwardedInVain(from: string, error: unknown): void {
    const { clock, logger } = this.#dependencies
    if (error instanceof RuleError) this.#cautiousUntilMs = clock.nowMs() + CAUTION_MS
    logger.debug('A block that was passed on did not join the chain', { peerId: from, error })
  }

  async #finishImport(block: Block, { hash, from, signal }: Arrival, ticket: BudgetTicket): Promise<TopicVerdict> {
    const { chain, clock, onGap } = this.#dependencies
    let outcome: BudgetOutcome = 'undecided'
    let missing: Hash32
    try {
      const imported = await chain.importBlock(block, { source: from, priority: 'tip', signal })
      if (imported.kind !== 'orphan') {
        outcome = 'valid'
        if (imported.kind !== 'known') this.#broughtMs.set(from, clock.nowMs())
        return imported.kind === 'head' ? ACCEPTED : this.#verdictAtTip(hash, block.header.number)
      }
      missing = imported.missing
    } catch (error) {
      if (error instanceof RuleError && isFailedReplay(error)) outcome = 'failed-replay'
      throw error
    } finally {
      ticket.settle(outcome)
    }
    // Its parent is being fetched: what counts is whether the block joins the chain in time.
    await this.#held.hold(hash, () => onGap(from, { hash, missing }), signal)
    return this.#verdictAtTip(hash, block.header.number)
  }

  /** An orphan turned out bad when its parent came. */
  #blame(source: string, error: RuleError): void {
    const { peers, budget, logger } = this.#dependencies
    if (isFailedReplay(error)) budget.charge(source, peers.get(source)?.address ?? '')
    const offence = gossipOffence(error)
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

/** True if the block has just passed its replay. */
function isReplayOf({ stage, hash, end }: FinishedStage, wanted: Hash32): boolean {
  return stage === 'replay' && 'outcome' in end && equalBytes(hash, wanted)
}

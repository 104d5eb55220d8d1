import type { Clock, Logger } from '@poai/core'
import type { VerificationBudget } from '../budget/verification-budget.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'
import { type ChaseTurn, chaseHeaders, type HeaderChaseDependencies, TooSlowError } from './header-chase.ts'
import type { HeaderTree, TreeNode } from './header-tree.ts'
import type { PauseBook } from './pause-book.ts'
import type { BranchSampler } from './sample-branch.ts'
import type { Showings } from './showings.ts'

/** Peers whose headers are asked for at one time. */
export const MAX_CHASES = 12
/** Of those, places for peers that we chose or that brought valid blocks: strangers cannot fill them all. */
export const KEPT_CHASES = 4
/** A peer that continues what others show waits this long, without anything new, for the one that is being asked. */
const FOLLOW_MS = 2000
/** How many blocks are left to gossip, and for how long: a status may overtake the very block that it tells of. */
const GOSSIP_GAP = 2n
const GOSSIP_GRACE_MS = 1500
/** A peer that has shown all it has, and still claims another head, is asked again after this. */
const AGAIN_MS = 2000
/** After this many pauses in a row, which take five minutes, a claim that was never shown is a false one. */
const MAX_LATE = 5

/** What chasing needs, and nothing more. */
export interface HeaderChasesDependencies extends Omit<HeaderChaseDependencies, 'peers'> {
  readonly peers: Pick<PeerSet, 'list' | 'get' | 'report'>
  readonly budget: Pick<VerificationBudget, 'isProven'>
  readonly tree: HeaderTree
  readonly showings: Showings
  readonly pauses: PauseBook
  readonly sampler: BranchSampler
  /** Something was shown, sampled or given up: there may be a branch to follow. */
  onChange(): void
  readonly clock: Clock
  readonly logger: Pick<Logger, 'debug'>
}

interface Chase {
  readonly work: Promise<void>
  /** It is being asked, not sampled. */
  isAsking: boolean
  isTrusted: boolean
  progressMs: number
  hasAnswered: boolean
}

/**
 * Asks several peers side by side for the headers of chains that they claim to be better, and samples what they show.
 */
export class HeaderChases {
  readonly #dependencies: HeaderChasesDependencies
  readonly #signal: AbortSignal
  readonly #chases = new Map<string, Chase>()
  /** Peers that have a block which we do not, whatever their last status says. */
  readonly #gaps = new Set<string>()
  /** Since when a peer has been a block or two ahead. */
  readonly #aheadSinceMs = new Map<string, number>()
  /** Not before this. */
  readonly #againMs = new Map<string, number>()
  /** When each was last asked: whichever waited longest comes first. */
  readonly #askedMs = new Map<string, number>()
  readonly #wantedSinceMs = new Map<string, number>()
  #sampledMs = 0

  constructor(dependencies: HeaderChasesDependencies, signal: AbortSignal) {
    this.#dependencies = dependencies
    this.#signal = signal
  }

  /** Peers that are being asked or sampled. */
  get active(): ReadonlySet<string> {
    return new Set(this.#chases.keys())
  }

  noteGap(peerId: string): void {
    this.#gaps.add(peerId)
  }

  /** Begins as much as there is room for. */
  look(): void {
    if (this.#signal.aborted || this.#dependencies.sampler.isResting) return
    this.#forgetGone()
    for (const peer of this.#wanted()) if (this.#hasPlaceFor(peer)) this.#begin(peer)
  }

  async over(): Promise<void> {
    await Promise.all([...this.#chases.values()].map(({ work }) => work))
  }

  /** The peers to ask, in order. What they claim decides only whether they are asked, not when. */
  #wanted(): readonly Peer[] {
    const { peers, clock } = this.#dependencies
    const now = clock.nowMs()
    const wanted: Peer[] = []
    for (const peer of peers.list()) {
      if (this.#chases.has(peer.id) || !this.#isWanted(peer)) {
        this.#wantedSinceMs.delete(peer.id)
        continue
      }
      const since = this.#wantedSinceMs.get(peer.id) ?? now
      this.#wantedSinceMs.set(peer.id, since)
      wanted.push(peer)
    }
    return wanted.sort((a, b) => this.#rank(a) - this.#rank(b) || this.#lastAsked(a) - this.#lastAsked(b))
  }

  #lastAsked({ id }: Peer): number {
    return this.#askedMs.get(id) ?? 0
  }

  #rank(peer: Peer): number {
    if (this.#dependencies.budget.isProven(peer.id)) return 0
    return peer.direction === 'out' ? 1 : 2
  }

  #isWanted(peer: Peer): boolean {
    const { chain, tree, pauses, clock } = this.#dependencies
    const isTrusted = this.#rank(peer) < 2
    if (isTrusted ? pauses.isPaused(peer) : pauses.isPlacePaused(peer)) return false
    if ((this.#againMs.get(peer.id) ?? 0) > clock.nowMs()) return false
    if (this.#gaps.has(peer.id)) return true
    const { totalWork, number } = chain.head()
    const { status } = peer
    if (status.totalWork <= totalWork) {
      this.#aheadSinceMs.delete(peer.id)
      return false
    }
    const known = tree.get(status.headHash)?.context ?? chain.context(status.headHash)
    if (known !== undefined && known.totalWork !== status.totalWork) {
      this.#lied(peer)
      return false
    }
    if (this.#isShown(peer)) return false
    if (known !== undefined || status.headNumber > number + GOSSIP_GAP) return true
    const since = this.#aheadSinceMs.get(peer.id) ?? clock.nowMs()
    this.#aheadSinceMs.set(peer.id, since)
    return clock.nowMs() - since >= GOSSIP_GRACE_MS
  }

  /** All that is available of it now has been sampled: it is the import's turn. */
  #isShown({ id, status }: Peer): boolean {
    const { chain, tree, showings } = this.#dependencies
    const shown = showings.of(id)
    if (shown?.isSampled !== true) return false
    if (tree.get(status.headHash) === shown) return true
    return showings.endOf(shown) === 'cut' && shown.context.totalWork > chain.head().totalWork
  }

  /** For the same block, two programs compute the same work. */
  #lied(peer: Peer): void {
    this.#dependencies.peers.report(peer.id, 'false-claim')
    this.#dependencies.pauses.pause(peer)
  }

  #hasPlaceFor(peer: Peer): boolean {
    const asking = [...this.#chases.values()].filter(({ isAsking }) => isAsking)
    if (asking.length >= MAX_CHASES) return false
    if (this.#rank(peer) < 2) return !this.#isFollowing(peer, asking)
    const strangers = asking.filter(({ isTrusted }) => !isTrusted).length
    return strangers < MAX_CHASES - KEPT_CHASES && !this.#isFollowing(peer, asking)
  }

  /** Somebody is sending headers, most likely the same ones: one download is enough while it makes progress. */
  #isFollowing({ id }: Peer, asking: readonly Chase[]): boolean {
    const now = this.#dependencies.clock.nowMs()
    if (!asking.some(({ progressMs }) => now - progressMs < FOLLOW_MS)) return false
    return now - Math.max(this.#wantedSinceMs.get(id) ?? now, this.#sampledMs) < FOLLOW_MS
  }

  #begin(peer: Peer): void {
    const { clock } = this.#dependencies
    this.#gaps.delete(peer.id)
    this.#wantedSinceMs.delete(peer.id)
    this.#askedMs.set(peer.id, clock.nowMs())
    const begun = Promise.withResolvers<void>()
    const chase: Chase = {
      work: begun.promise.then(() => this.#pursue(peer, chase)),
      isAsking: true,
      isTrusted: this.#rank(peer) < 2,
      progressMs: clock.nowMs(),
      hasAnswered: false,
    }
    this.#chases.set(peer.id, chase)
    begun.resolve()
  }

  async #pursue(peer: Peer, chase: Chase): Promise<void> {
    const { showings, clock, logger, pauses } = this.#dependencies
    try {
      const turn = await chaseHeaders(this.#dependencies, peer, {
        from: showings.of(peer.id),
        guess: this.#guess(),
        onProgress: (tip) => {
          if (tip !== undefined) showings.show(peer.id, tip)
          chase.progressMs = clock.nowMs()
          chase.hasAnswered = true
        },
        signal: this.#signal,
      })
      chase.isAsking = false
      if ((await this.#isGood(peer, turn)) && chase.hasAnswered) pauses.forgive(peer)
    } catch (error) {
      if (this.#signal.aborted) return
      logger.debug('A peer did not send its headers', { peerId: peer.id, error })
      // One that never shows what it claims is not late any more.
      if (error instanceof TooSlowError && pauses.countOf(peer) >= MAX_LATE) {
        this.#dependencies.peers.report(peer.id, 'false-claim')
      }
      pauses.pause(peer)
      const shown = showings.of(peer.id)
      if (shown !== undefined) showings.end(shown, 'complete')
    } finally {
      this.#chases.delete(peer.id)
      if (!this.#signal.aborted) this.#dependencies.onChange()
    }
  }

  /** Samples what a turn brought. True if all of it is good. */
  async #isGood(peer: Peer, { tip, kind }: ChaseTurn): Promise<boolean> {
    const { chain, peers, showings, sampler, pauses } = this.#dependencies
    let end: TreeNode | undefined = tip
    while (end !== undefined) {
      showings.show(peer.id, end)
      const isWorthless = kind === 'complete' && end.context.totalWork <= chain.head().totalWork
      const outcome = isWorthless ? undefined : await sampler.sample(end, peer, this.#signal)
      if (outcome === 'passed') break
      showings.end(end, 'complete')
      if (outcome === undefined) break
      if (outcome !== 'undecided') pauses.pause(peer)
      if (outcome !== 'failed') return false
      // What comes before the forged header may be good: that costs its sender another sample.
      end = peers.get(peer.id) === undefined ? undefined : this.#lastGood(end)
    }
    if (end === undefined || end !== tip) {
      if (end !== undefined) showings.end(end, 'complete')
      this.#askAgainLater(peer)
      return false
    }
    if (kind === 'due') this.#sampledMs = this.#dependencies.clock.nowMs()
    else showings.end(end, kind)
    if (kind === 'complete' && this.#dependencies.tree.get(peer.status.headHash) !== end) this.#askAgainLater(peer)
    return true
  }

  #askAgainLater({ id }: Peer): void {
    this.#againMs.set(id, this.#dependencies.clock.nowMs() + AGAIN_MS)
  }

  #lastGood(tip: TreeNode): TreeNode | undefined {
    const { tree } = this.#dependencies
    let node: TreeNode | undefined = tip
    while (node !== undefined && tree.get(node.hash) !== node) node = node.parent
    return node
  }

  /** The branch that most likely is everybody's: the heaviest that was sampled, or else the heaviest claim. */
  #guess(): TreeNode | undefined {
    let best: TreeNode | undefined
    for (const tip of this.#dependencies.showings.tips()) {
      const isBetter =
        best === undefined ||
        (tip.isSampled === best.isSampled ? tip.context.totalWork > best.context.totalWork : tip.isSampled)
      if (isBetter) best = tip
    }
    return best
  }

  #forgetGone(): void {
    const { peers, showings } = this.#dependencies
    for (const notes of [this.#aheadSinceMs, this.#againMs, this.#askedMs, this.#wantedSinceMs]) {
      for (const id of notes.keys()) if (peers.get(id) === undefined) notes.delete(id)
    }
    for (const id of this.#gaps) if (peers.get(id) === undefined) this.#gaps.delete(id)
    for (const id of showings.peers()) if (peers.get(id) === undefined && !this.#chases.has(id)) showings.forget(id)
  }
}

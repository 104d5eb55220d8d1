import { createHash, randomBytes } from 'node:crypto'
import { nextEpochKey, type WorkVerifier } from '@poai/consensus'
import { bytesToHex, type Clock, type Hash32, type Hex, type Logger, type NetworkParams, RuleError } from '@poai/core'
import type { BudgetOutcome, BudgetTicket, VerificationBudget } from '../budget/verification-budget.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'
import { drawSample, type RandomDraw } from './draw-sample.ts'
import { type HeaderTree, type TreeNode, unsampledTo } from './header-tree.ts'
import type { ReplayPolicy } from './replay-policy.ts'

/** Replays of one sample at one time: half of what an import runs, so that the tip finds room in the engine. */
const REPLAYS_AT_ONCE = 4
/** After a replay that could not be made: the engine is busy, or this node has none. */
const REST_MS = 10_000

/** How a sample ended. */
export type SampleOutcome =
  | 'passed'
  /** A header's work was not done: it is condemned. */
  | 'failed'
  /** The peer's budget of replays is used up. */
  | 'refused'
  /** This node could not replay now: nothing is known. */
  | 'undecided'

/** What sampling needs, and nothing more. */
export interface BranchSamplerDependencies {
  readonly params: NetworkParams
  /** Replays whatever it is asked to. */
  readonly verifier: WorkVerifier
  readonly tree: HeaderTree
  readonly budget: VerificationBudget
  readonly policy: Pick<ReplayPolicy, 'vouch'>
  readonly peers: Pick<PeerSet, 'report'>
  /** The work of our head. */
  ownWork(): bigint
  /** Random numbers for the branch that ends with this header; default: secret ones. */
  readonly randomOf?: (tip: Hash32) => RandomDraw
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Pick<Logger, 'debug'>
}

/** Replays some headers of a branch without their bodies: a claim of work is nothing until then. */
export class BranchSampler {
  readonly #dependencies: BranchSamplerDependencies
  readonly #randomOf: (tip: Hash32) => RandomDraw
  readonly #replays = new Map<Hex, Promise<void>>()
  #restsUntilMs = 0

  constructor(dependencies: BranchSamplerDependencies) {
    this.#dependencies = dependencies
    this.#randomOf = dependencies.randomOf ?? secretDraws()
  }

  /** True for a while after a replay that could not be made. */
  get isResting(): boolean {
    return this.#restsUntilMs > this.#dependencies.clock.nowMs()
  }

  /** Samples the part of the branch to `tip` that was not sampled yet, at the cost of the peer that showed it. */
  async sample(tip: TreeNode, peer: Peer, signal: AbortSignal): Promise<SampleOutcome> {
    const { tree, budget } = this.#dependencies
    const drawn = this.#draw(tip)
    if (drawn.length === 0) {
      tree.markSampled(tip)
      return 'passed'
    }
    const ticket = budget.isProven(peer.id) ? undefined : await budget.admit(peer.id, peer.address, signal)
    if (ticket === undefined && !budget.isProven(peer.id)) return 'refused'
    return this.#settling(peer, ticket, async () => {
      // Another peer may have shown the same meanwhile.
      if (tree.get(tip.hash) !== tip) return 'refused'
      return this.#replayAll(tip, drawn, signal)
    })
  }

  #draw(tip: TreeNode): readonly TreeNode[] {
    return drawSample(unsampledTo(tip), this.#randomOf(tip.hash)).filter(({ isReplayed }) => !isReplayed)
  }

  async #settling(
    peer: Peer,
    ticket: BudgetTicket | undefined,
    replay: () => Promise<SampleOutcome | 'valid'>,
  ): Promise<SampleOutcome> {
    const { budget, peers } = this.#dependencies
    let outcome: BudgetOutcome = 'undecided'
    try {
      const result = await replay()
      if (result === 'valid') outcome = 'valid'
      if (result !== 'failed') return result === 'valid' ? 'passed' : result
      outcome = 'failed-replay'
      peers.report(peer.id, 'failed-replay')
      return 'failed'
    } finally {
      if (ticket !== undefined) ticket.settle(outcome)
      else if (outcome === 'failed-replay') budget.charge(peer.id, peer.address)
    }
  }

  /** The first one alone, then two, then four at a time: a forged branch is found out early. */
  async #replayAll(tip: TreeNode, drawn: readonly TreeNode[], signal: AbortSignal): Promise<SampleOutcome | 'valid'> {
    const { tree, ownWork, logger } = this.#dependencies
    let width = 1
    for (let from = 0; from < drawn.length; ) {
      const group = drawn.slice(from, from + width)
      from += width
      width = Math.min(REPLAYS_AT_ONCE, width * 2)
      const outcomes = await Promise.all(group.map((node) => this.#replay(node, signal)))
      const forged = group.find((_, index) => outcomes[index] === 'forged')
      if (forged !== undefined) {
        logger.debug('A branch was shown whose work was not done', { number: forged.context.number })
        tree.condemn(forged)
        return 'failed'
      }
      if (outcomes.includes('unknown')) {
        this.#restsUntilMs = this.#dependencies.clock.nowMs() + REST_MS
        return 'undecided'
      }
    }
    if (tree.get(tip.hash) !== tip) return 'refused'
    tree.markSampled(tip)
    // Work that is worth nothing here makes nobody trusted.
    return tip.context.totalWork > ownWork() ? 'valid' : 'passed'
  }

  /** Two peers that show the same header cost one replay. */
  async #replay(node: TreeNode, signal: AbortSignal): Promise<'right' | 'forged' | 'unknown'> {
    const { params, verifier, tree, policy } = this.#dependencies
    if (node.isReplayed) return 'right'
    const name = bytesToHex(node.hash)
    const replay =
      this.#replays.get(name) ?? verifier.verify(node.header, { epochKey: nextEpochKey(params, node.before), signal })
    this.#replays.set(name, replay)
    try {
      await replay
      tree.markReplayed(node)
      policy.vouch(node.hash)
      return 'right'
    } catch (error) {
      return error instanceof RuleError ? 'forged' : 'unknown'
    } finally {
      this.#replays.delete(name)
    }
  }
}

/** The same branch gives the same draws to each peer that shows it; nobody outside knows the secret of this start. */
function secretDraws(): (tip: Hash32) => RandomDraw {
  const secret = randomBytes(32)
  return (tip) => {
    let count = 0
    return () => {
      const digest = createHash('sha256').update(secret).update(tip).update(String(count++)).digest()
      return digest.readUIntBE(0, 6) / 2 ** 48
    }
  }
}

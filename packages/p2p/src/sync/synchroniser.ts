import type { Chain } from '@poai/chain'
import type { WorkVerifier } from '@poai/consensus'
import {
  type Body,
  type Clock,
  Emitter,
  type Hash32,
  type Header,
  type Logger,
  type NetworkParams,
  type NetworkTrust,
  RuleError,
  type Subscribe,
} from '@poai/core'
import type { BlockGap } from '../blocks/block-gossip.ts'
import { blockOffence, isFailedReplay } from '../blocks/block-offence.ts'
import type { ForeignBlocks } from '../blocks/foreign-blocks.ts'
import type { VerificationBudget } from '../budget/verification-budget.ts'
import { NetworkError } from '../network-error.ts'
import type { Offence } from '../peers/offences.ts'
import type { PeerSet } from '../peers/peer.ts'
import { BranchHolds } from './branch-holds.ts'
import type { ChainRequests } from './chain-requests.ts'
import { chooseBranch } from './choose-branch.ts'
import type { RandomDraw } from './draw-sample.ts'
import { HeaderChases } from './header-chases.ts'
import { branchTo, HeaderTree, leadsThrough, type TreeNode } from './header-tree.ts'
import { BranchFault, importBranch, StalledError } from './import-branch.ts'
import type { NetworkSync, SyncStatus } from './network-sync.ts'
import { PauseBook } from './pause-book.ts'
import { Progress } from './progress.ts'
import type { ReplayPolicy } from './replay-policy.ts'
import { BranchSampler } from './sample-branch.ts'
import { Showings } from './showings.ts'

export interface SynchroniserOptions {
  readonly params: NetworkParams
  readonly trust: NetworkTrust
  /** Several honest peers share an address: pauses go by peer alone. */
  readonly sharedAddresses: boolean
}

/** What catching up needs, and nothing more. */
export interface SynchroniserDependencies {
  readonly requests: ChainRequests
  readonly chain: Pick<Chain, 'head' | 'context' | 'importBlock' | 'queries' | 'finalized'>
  readonly peers: Pick<PeerSet, 'list' | 'get' | 'report' | 'onJoined' | 'onStatus'>
  readonly foreign: ForeignBlocks
  readonly policy: ReplayPolicy
  readonly budget: VerificationBudget
  /** Replays whatever it is asked to. */
  readonly verifier: WorkVerifier
  /** Begins to answer others. */
  serve(): Promise<void>
  readonly clock: Clock
  readonly logger: Logger
  /** For samples; default: secret random numbers. */
  readonly randomOf?: (tip: Hash32) => RandomDraw
}

/** How often the peers are checked, even if none sent anything. */
const TICK_MS = 500
/** A gap of this many blocks is what gossip leaves now and then: it is not reported as a synchronisation. */
const SMALL_GAP = 8
/** An import that has not advanced by a block for this long does not count as progress: the miner goes on. */
const PROGRESS_MS = 10_000
/** How often the tree of headers is tidied, and other branches are looked at while one is imported. */
const TIDY_MS = 1000
const OUTRUN_MS = 250
/** Blocks between two log lines about the import's progress. */
const TELL_EVERY = 16

/**
 * Catches up: headers from several peers side by side, of which a secret sample is replayed; then the heaviest branch
 * that passed its sample, with bodies from all peers, in order, through the pipeline of all blocks. What peers claim
 * decides whom to ask, never whom to follow. The chain itself is the only record of how far it has come, so it can
 * resume after any interruption.
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
  readonly #tree = new HeaderTree()
  readonly #showings = new Showings(this.#tree)
  readonly #pauses: PauseBook
  readonly #holds: BranchHolds
  readonly #chases: HeaderChases
  readonly #loops: Promise<void>[] = []
  readonly #waiting = new Set<() => void>()
  /** The end of the branch that is being imported. */
  #followed: TreeNode | undefined
  /** The last block of it that came in. */
  #progressMs = 0
  #tidiedMs = 0
  #outrun = { atMs: 0, answer: false }
  #status: SyncStatus = { state: 'idle', currentBlock: 0n, highestBlock: 0n, blocksPerSecond: 0 }

  constructor(options: SynchroniserOptions, dependencies: SynchroniserDependencies) {
    const { chain, clock, logger } = dependencies
    this.#options = options
    this.#dependencies = dependencies
    this.#changes = new Emitter('sync changed', logger)
    this.#pauses = new PauseBook(options, clock)
    this.#holds = new BranchHolds(clock)
    const shared = { ...dependencies, ...options, tree: this.#tree }
    const sampler = new BranchSampler({ ...shared, ownWork: () => chain.head().totalWork })
    this.#chases = new HeaderChases(
      { ...shared, sampler, showings: this.#showings, pauses: this.#pauses, onChange: () => this.#wake() },
      this.#stopping.signal,
    )
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
    this.#loops.push(this.#look(), this.#follow())
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new NetworkError('P2P_NOT_RUNNING', 'the network is being stopped'))
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    await Promise.all([...this.#loops, this.#chases.over()])
  }

  status(): SyncStatus {
    const { chain, clock } = this.#dependencies
    const currentBlock = chain.head().number
    const { highestBlock, state } = this.#status
    const isStuck = state === 'blocks' && clock.nowMs() - this.#progressMs >= PROGRESS_MS
    return {
      ...this.#status,
      state: isStuck ? 'headers' : state,
      currentBlock,
      highestBlock: highestBlock > currentBlock ? highestBlock : currentBlock,
    }
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

  onGap(peerId: string, _gap: BlockGap): void {
    if (this.#dependencies.peers.get(peerId) === undefined) return
    this.#chases.noteGap(peerId)
    this.#wake()
  }

  /** Asks for headers, whatever is being imported. */
  async #look(): Promise<void> {
    const { signal } = this.#stopping
    let wasStuck = false
    while (!signal.aborted) {
      if (this.#dependencies.clock.nowMs() - this.#tidiedMs >= TIDY_MS) this.#tidy()
      this.#chases.look()
      const isStuck = this.status().state !== this.#status.state
      if (isStuck !== wasStuck) this.#changes.emit(this.status())
      wasStuck = isStuck
      await this.#rest()
    }
  }

  /** Imports the best branch, and the next one. */
  async #follow(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      this.#tidy()
      const tip = this.#choose()
      if (tip === undefined) {
        this.#tell({ ...this.#status, state: 'idle', blocksPerSecond: 0 })
        await this.#rest()
        continue
      }
      this.#followed = tip
      this.#outrun = { atMs: 0, answer: false }
      try {
        await this.#import(tip)
      } catch (error) {
        this.#giveUp(error)
      } finally {
        this.#followed = undefined
      }
    }
  }

  #choose(): TreeNode | undefined {
    return chooseBranch({
      tips: this.#showings.tips(),
      endOf: (node) => this.#showings.endOf(node),
      ownWork: this.#dependencies.chain.head().totalWork,
      trust: this.#options.trust,
      isHeld: (node) => this.#holds.isHeld(node),
    })
  }

  /** Only headers that a connected peer showed and that can still win are worth their memory. */
  #tidy(): void {
    const { chain, clock } = this.#dependencies
    this.#tidiedMs = clock.nowMs()
    this.#tree.forgetStored((hash) => chain.context(hash) !== undefined)
    const { active } = this.#chases
    const own = chain.head().totalWork
    const kept: TreeNode[] = this.#followed === undefined ? [] : [this.#followed]
    for (const peerId of this.#showings.peers()) {
      const tip = this.#showings.of(peerId)
      if (tip !== undefined && (tip.context.totalWork > own || active.has(peerId))) kept.push(tip)
      else if (!active.has(peerId)) this.#showings.forget(peerId)
    }
    this.#tree.keepOnly(kept)
  }

  async #import(tip: TreeNode): Promise<void> {
    const { chain, peers, budget, clock, policy, logger } = this.#dependencies
    const branch = branchTo(tip)
    const isLong = branch.length > SMALL_GAP
    const highestBlock = tip.context.number
    if (isLong) {
      logger.info('Catching up', { blocks: branch.length, to: highestBlock })
      this.#tell({ ...this.#status, state: 'headers', highestBlock })
    }
    const begin = clock.nowMs()
    const progress = new Progress(begin)
    let left = branch.length
    const onImported = (): void => {
      left--
      this.#progressMs = clock.nowMs()
      progress.add(1, this.#progressMs)
      if (isLong && (left % TELL_EVERY === 0 || this.#status.state !== 'blocks'))
        this.#tellProgress(progress, { left, highestBlock })
    }
    policy.survey(branch)
    try {
      const bringers = this.#showings.bringersOf(tip, peers.list()).map(({ id }) => id)
      const isFavoured = (id: string): boolean => bringers.includes(id) || budget.isProven(id)
      await importBranch(
        branch,
        { ...this.#dependencies, isFavoured },
        {
          source: bringers[0] ?? '',
          onImported,
          isOutrun: () => this.#isOutrun(tip),
          signal: this.#stopping.signal,
        },
      )
    } finally {
      policy.forget()
    }
    if (!isLong) return
    const seconds = Math.round((clock.nowMs() - begin) / 1000)
    logger.info('Caught up', { blocks: branch.length - left, seconds, head: chain.head().number })
  }

  /** True if another branch, that this one does not lead to, is heavier. */
  #isOutrun(tip: TreeNode): boolean {
    const now = this.#dependencies.clock.nowMs()
    if (now - this.#outrun.atMs < OUTRUN_MS) return this.#outrun.answer
    const best = this.#choose()
    const answer = best !== undefined && best.context.totalWork > tip.context.totalWork && !leadsThrough(best, tip)
    this.#outrun = { atMs: now, answer }
    return answer
  }

  #tellProgress(
    progress: Progress,
    { left, highestBlock }: { readonly left: number; readonly highestBlock: bigint },
  ): void {
    const blocksPerSecond = progress.blocksPerSecond(this.#dependencies.clock.nowMs())
    const secondsLeft = Math.round(left / Math.max(0.001, blocksPerSecond))
    this.#tell({ state: 'blocks', currentBlock: 0n, highestBlock, blocksPerSecond, secondsLeft })
  }

  /**
   * A block that breaks a rule although its header is good is the fault of those who showed the header, whoever sent
   * the body, whose root was checked.
   */
  #giveUp(error: unknown): void {
    if (this.#stopping.signal.aborted) return
    const { chain, peers, budget, logger } = this.#dependencies
    if (!(error instanceof BranchFault)) {
      logger.error('A branch could not be imported', { error })
      return
    }
    const { node, fault } = error
    const offence = offenceOf(fault)
    logger.debug('A branch is given up', { number: node.context.number, offence, error: fault })
    for (const peer of this.#showings.bringersOf(node, peers.list())) {
      if (offence !== undefined) {
        peers.report(peer.id, offence)
        if (fault instanceof RuleError && isFailedReplay(fault)) budget.charge(peer.id, peer.address)
        this.#showings.forget(peer.id)
      }
      if (offence !== undefined || fault instanceof StalledError) this.#pauses.pause(peer)
    }
    if (offence !== undefined || (node.parent === undefined && chain.context(node.before.hash) === undefined)) {
      const keep = node.parent
      if (offence === undefined) this.#tree.drop(node)
      else this.#tree.condemn(node)
      if (keep !== undefined) this.#showings.end(keep, 'complete')
      return
    }
    this.#holds.hold(node)
  }

  #tell(status: SyncStatus): void {
    const isNews = status.state !== this.#status.state || status.highestBlock !== this.#status.highestBlock
    this.#status = status
    if (isNews || status.state !== 'idle') this.#changes.emit(this.status())
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  /** Until a peer sends something, or a while has passed. */
  async #rest(): Promise<void> {
    const done = new AbortController()
    const woken = Promise.withResolvers<void>()
    this.#waiting.add(woken.resolve)
    const either = AbortSignal.any([this.#stopping.signal, done.signal])
    await Promise.race([woken.promise, this.#dependencies.clock.sleep(TICK_MS, either).catch(() => undefined)])
    this.#waiting.delete(woken.resolve)
    done.abort()
  }
}

/** Requests have already reported what they found themselves. */
function offenceOf(fault: unknown): Offence | undefined {
  if (!(fault instanceof RuleError)) return undefined
  const { code } = fault
  const isOfImport = ['WORK_', 'ANSWER_', 'EXECUTION_', 'BODY_'].some((stage) => code.startsWith(stage))
  return isOfImport || code === 'HEADER_PARENT_INVALID' ? blockOffence(fault) : undefined
}

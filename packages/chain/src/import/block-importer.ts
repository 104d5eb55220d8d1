import type { ChainContext, WorkVerifier } from '@poai/consensus'
import {
  type Block,
  type BlockCodecs,
  bytesToHex,
  type Checkpoint,
  type Clock,
  Emitter,
  equalBytes,
  type Hash32,
  type Header,
  type Hex,
  headerHash,
  invariant,
  type Logger,
  type NetworkParams,
  RuleError,
  type Subscribe,
} from '@poai/core'
import type { Execution, SenderRecovery } from '@poai/execution'
import { ChainError } from '../chain-error.ts'
import type { ChainDatabase, KeptSideBlock } from '../database/chain-database.ts'
import type { HeadEvent } from '../head-event.ts'
import { Admission } from './admission.ts'
import { type Adoption, adoptBlock, InvalidBranchError, type WeighedCandidate } from './adopt-block.ts'
import { BackgroundPruning } from './background-pruning.ts'
import { BadBlockMemory, type Suspect } from './bad-block-memory.ts'
import { Flight } from './flight.ts'
import type { ImportLimits } from './import-limits.ts'
import type { ImportOutcome } from './import-outcome.ts'
import { type FinishedStage, ImportStages } from './import-stages.ts'
import { type Candidate, judgeBody, judgeClaim, judgeHeader, judgeWork } from './judge-block.ts'
import { OrphanPool } from './orphan-pool.ts'
import { SideBlocks } from './side-blocks.ts'
import { sideOfKept } from './side-of.ts'
import { type ImportPriority, TaskQueue } from './task-queue.ts'

/** Where a block comes from and how urgent it is. */
export interface ImportOptions {
  /** By any name that the caller gives its peers; shares of bounded pools are counted by it. Default: this node. */
  readonly source?: string
  /** Default `tip`. With `sync` the commit is synced together with later ones. */
  readonly priority?: ImportPriority
  /**
   * Work of a chain of headers that the block belongs to, of which a sample was replayed: a block that is light by
   * itself is worth its room if what follows makes the chain the heaviest. Default: the work up to the block alone.
   */
  readonly branchWork?: bigint
  /** Rejects with its reason; the work is given up when nobody else waits for the block. */
  readonly signal?: AbortSignal
}

/** An orphan that broke a rule when its parent came. */
export interface OrphanRejection {
  readonly hash: Hash32
  readonly source: string
  readonly error: RuleError
}

/** The one way by which blocks get into the chain, wherever they come from. */
export interface BlockImporter {
  /**
   * Throws what an import would, as far as the header alone tells: a `RuleError`, or a `ChainError` where the block is
   * not worth the fetching of its body.
   */
  judgeHeader(header: Header): void
  /** Rejects with a `RuleError` if the block is invalid, and with anything else if that could not be found out. */
  importBlock(block: Block, options?: ImportOptions): Promise<ImportOutcome>
  /** The same from a block's encoding. */
  importEncoded(bytes: Uint8Array, options?: ImportOptions): Promise<ImportOutcome>
  readonly onHead: Subscribe<HeadEvent>
  readonly onOrphanRejected: Subscribe<OrphanRejection>
  /** Tells of every import, also of one that an arriving parent set off, and of the expensive stages within it. */
  readonly onStage: Subscribe<FinishedStage>
  /**
   * Says whether this node stands at the end of the network's chain and others agree. Blocks become final only with
   * heads that come while it does: what a node is shown while it catches up may be anybody's chain. At first it does
   * not.
   */
  settle(isSettled: boolean): void
  /** Gives up what is not being committed, waits for what is, and takes nothing more. */
  stop(): Promise<void>
}

export interface ImporterOptions {
  readonly params: NetworkParams
  readonly checkpoints: readonly Checkpoint[]
  readonly limits: ImportLimits
}

/** What the pipeline needs, and nothing more. */
export interface ImporterDependencies {
  readonly codecs: Pick<BlockCodecs, 'block' | 'body'>
  readonly database: ChainDatabase
  /** What the database holds beside the canonical chain. */
  readonly sideBlocks: readonly KeptSideBlock[]
  readonly verifier: WorkVerifier
  readonly execution: Pick<Execution, 'executeBlock'>
  readonly recovery: SenderRecovery
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Logger
  /** Called within the import of a new head, before listeners hear of it. */
  readonly beforeHead?: (event: HeadEvent) => Promise<void>
}

interface Urgency {
  readonly priority: ImportPriority
  readonly source: string
  readonly signal: AbortSignal
}

const OWN_SOURCE = 'this node'
/** The source of a block that was stored beside the chain before: who brought it was not kept. */
const STORED_SOURCE = 'stored before'

/** The pipeline over a database that has its genesis block. */
export function createBlockImporter(options: ImporterOptions, dependencies: ImporterDependencies): BlockImporter {
  return new PipelineImporter(options, dependencies)
}

interface Arrival extends ImportOptions {
  readonly hash: Hash32
  readonly block: Block
}

class PipelineImporter implements BlockImporter {
  readonly #options: ImporterOptions
  readonly #dependencies: ImporterDependencies
  readonly #heads: Emitter<HeadEvent>
  readonly #rejections: Emitter<OrphanRejection>
  readonly #stages: ImportStages
  readonly #replays: TaskQueue
  /** One at a time: a task that reads the head can rely on it until it has written. */
  readonly #writer: TaskQueue
  readonly #badBlocks: BadBlockMemory
  readonly #orphans: OrphanPool
  readonly #sides: SideBlocks
  readonly #admission: Admission
  readonly #flights = new Map<Hex, Flight<ImportOutcome>>()
  /** Commits since the last synced one. */
  #unsynced = 0
  #isSettled = false
  readonly #pruning: BackgroundPruning
  readonly #stopping = new AbortController()
  #stopped = false

  constructor(options: ImporterOptions, dependencies: ImporterDependencies) {
    const { replayConcurrency, maxInFlight, orphans, sides } = options.limits
    this.#options = options
    this.#dependencies = dependencies
    this.#heads = new Emitter('head', dependencies.logger)
    this.#rejections = new Emitter('orphan rejected', dependencies.logger)
    this.#stages = new ImportStages(dependencies)
    this.#replays = new TaskQueue({ name: 'replays', concurrency: replayConcurrency, capacity: maxInFlight })
    this.#writer = new TaskQueue({ name: 'imports', concurrency: 1, capacity: maxInFlight })
    this.#badBlocks = new BadBlockMemory({ ...dependencies, writer: this.#writer })
    this.#orphans = new OrphanPool(orphans, dependencies.clock)
    this.#sides = new SideBlocks(sides, dependencies.sideBlocks.map(sideOfKept))
    this.#admission = new Admission(options, {
      ...dependencies,
      sides: this.#sides,
      underWay: () => this.#flights.values().map(({ context }) => context),
    })
    const onPruned = (horizon: bigint): void => this.#sides.forgetBelow(horizon)
    this.#pruning = new BackgroundPruning({ ...dependencies, writer: this.#writer, onPruned })
  }

  get onHead(): Subscribe<HeadEvent> {
    return this.#heads.subscribe
  }

  get onOrphanRejected(): Subscribe<OrphanRejection> {
    return this.#rejections.subscribe
  }

  get onStage(): Subscribe<FinishedStage> {
    return this.#stages.onFinished
  }

  async importEncoded(bytes: Uint8Array, options: ImportOptions = {}): Promise<ImportOutcome> {
    return this.importBlock(this.#dependencies.codecs.block.decode(bytes), options)
  }

  async importBlock(block: Block, options: ImportOptions = {}): Promise<ImportOutcome> {
    const hash = headerHash(block.header)
    return this.#stages.runImport({ number: block.header.number, hash }, () =>
      this.#import({ ...options, hash, block }),
    )
  }

  judgeHeader(header: Header): void {
    this.#requireRunning()
    const hash = headerHash(header)
    this.#badBlocks.refuse(hash, header.parentHash)
    const parent = this.#contextOf(header.parentHash)
    if (parent === undefined) {
      judgeHeader(this.#options, { header })
      judgeClaim({ header })
    } else this.#admission.judgePlace({ hash, header }, parent)
  }

  settle(isSettled: boolean): void {
    this.#isSettled = isSettled
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopping.abort(new ChainError('CHAIN_NOT_RUNNING', 'the chain is being stopped'))
    const flights = [...this.#flights.values()]
    for (const flight of flights) flight.abort(new ChainError('CHAIN_NOT_RUNNING', 'the chain is being stopped'))
    await Promise.all(flights.map((flight) => flight.over()))
    await this.#writer.idle()
    if (this.#unsynced > 0) await this.#dependencies.database.begin().commit({ sync: true })
    this.#unsynced = 0
  }

  async #import(arrival: Arrival): Promise<ImportOutcome> {
    this.#requireRunning()
    const { hash, block, branchWork, signal } = arrival
    const flight = this.#flights.get(bytesToHex(hash))
    if (flight !== undefined && !flight.isGivenUp) return flight.join(signal)
    if (flight !== undefined) {
      await flight.over()
      return this.#import(arrival)
    }
    this.#badBlocks.refuse(hash, block.header.parentHash)
    if (this.#dependencies.database.context(hash) !== undefined) {
      if (branchWork !== undefined) this.#sides.raise(hash, branchWork)
      return { kind: 'known', hash }
    }
    return this.#route(arrival)
  }

  /** Sends a block to the pool of orphans, or on its flight after its parent. */
  async #route(arrival: Arrival): Promise<ImportOutcome> {
    const { hash, block, signal } = arrival
    const { parentHash } = block.header
    const parentFlight = this.#flights.get(bytesToHex(parentHash))
    const parent = this.#contextOf(parentHash)
    if (parent === undefined) return this.#keepOrphan(arrival)
    this.#refuseFull()
    // No pause between this check and the flight's departure: a second arrival of the block, or its child, must find
    // the flight.
    let candidate: WeighedCandidate
    try {
      candidate = this.#admission.judge(arrival, parent)
    } catch (error) {
      const { source = OWN_SOURCE } = arrival
      await this.#badBlocks.rememberIfCondemned({ hash, block, source, hasWorked: false }, error)
      throw error
    }
    const fly = (aborted: AbortSignal): Promise<ImportOutcome> =>
      this.#fly(candidate, { ...arrival, signal: aborted }, parentFlight)
    const flight = new Flight<ImportOutcome>(candidate, fly)
    this.#flights.set(bytesToHex(hash), flight)
    return flight.join(signal)
  }

  #contextOf(hash: Hash32): ChainContext | undefined {
    return this.#flights.get(bytesToHex(hash))?.context ?? this.#dependencies.database.context(hash)
  }

  /** All that is expensive. */
  async #fly(
    candidate: WeighedCandidate,
    { priority = 'tip', source = OWN_SOURCE, signal }: Arrival & { readonly signal: AbortSignal },
    parentFlight: Flight<ImportOutcome> | undefined,
  ): Promise<ImportOutcome> {
    const { hash, block } = candidate
    const doomed = new AbortController()
    const either = AbortSignal.any([signal, doomed.signal])
    const parentLanded = parentFlight?.landed() ?? Promise.resolve()
    parentLanded.catch((reason: unknown) => doomed.abort(reason))
    let hasWorked = false
    try {
      await this.#dependencies.recovery.recover(block.body.transactions, either)
      await this.#replays.run(() => this.#replay(candidate, either), { priority, signal: either })
      hasWorked = true
      await parentLanded
      return await this.#writer.run(() => this.#adopt(candidate, { priority, source, signal: either }), {
        priority,
        signal: either,
      })
    } catch (error) {
      await this.#badBlocks.rememberIfCondemned({ hash, block, source, hasWorked }, error)
      throw error
    } finally {
      this.#flights.delete(bytesToHex(hash))
      this.#followOrphans(candidate)
    }
  }

  #replay(candidate: Candidate, signal: AbortSignal): Promise<void> {
    return this.#stages.runReplay({ number: candidate.block.header.number, hash: candidate.hash }, () =>
      judgeWork({ ...this.#options, ...this.#dependencies }, candidate, signal),
    )
  }

  /** A task of the writer. */
  async #adopt(candidate: WeighedCandidate, urgency: Urgency): Promise<ImportOutcome> {
    const { hash } = candidate
    const adoption = await this.#adoptOrCondemn(candidate, urgency)
    if (adoption.kind === 'side') return { kind: 'side', hash }
    const { event } = adoption
    const { removed, added, head } = event
    if (removed.length > 0) {
      const figures = { removed: removed.length, added: added.length, number: head.number, hash: bytesToHex(hash) }
      this.#dependencies.logger.info('Reorganised the chain', figures)
    }
    await this.#dependencies.beforeHead?.(event)
    this.#heads.emit(event)
    return { kind: 'head', hash }
  }

  async #adoptOrCondemn(candidate: WeighedCandidate, { priority, source, signal }: Urgency): Promise<Adoption> {
    const { params, limits } = this.#options
    const isSynced = priority !== 'sync' || this.#unsynced >= limits.maxUnsynced
    const finalityDepth = this.#isSettled ? limits.finalityDepth : undefined
    const own = { stages: this.#stages, sides: this.#sides }
    const dependencies = { ...this.#dependencies, ...own, params, finalityDepth, isSynced }
    try {
      const adoption = await adoptBlock(dependencies, candidate, signal)
      this.#unsynced = isSynced ? 0 : this.#unsynced + 1
      if (adoption.kind === 'head') {
        this.#admission.followHead(adoption.event)
        if (this.#isSettled) void this.#pruning.run(this.#stopping.signal)
      }
      return adoption
    } catch (error) {
      if (!(error instanceof InvalidBranchError)) throw error
      const [guilty = candidate.hash, ...followers] = error.hashes
      const suspect = await this.#suspectOf(guilty, candidate, source)
      await this.#badBlocks.remember(suspect, error.fault, followers)
      if (followers.length === 0) throw error.fault
      throw new RuleError('HEADER_PARENT_INVALID', 'a block before this one is invalid', {
        actual: error.fault.code,
        cause: error.fault,
      })
    }
  }

  /** The block at fault: the candidate, or a block of its branch that was stored before. Either was replayed. */
  async #suspectOf(hash: Hash32, candidate: Candidate, source: string): Promise<Suspect> {
    if (equalBytes(hash, candidate.hash)) return { hash, block: candidate.block, source, hasWorked: true }
    const { database } = this.#dependencies
    const [header, body] = [database.header(hash), await database.body(hash)]
    invariant(header !== undefined && body !== undefined, 'a block of a branch was stored')
    return { hash, block: { header, body }, source: STORED_SOURCE, hasWorked: true }
  }

  #keepOrphan(arrival: Arrival): ImportOutcome {
    const { hash, block, source = OWN_SOURCE, branchWork = 0n } = arrival
    const missing = block.header.parentHash
    judgeHeader(this.#options, block)
    judgeClaim(block)
    judgeBody(this.#options, block)
    const sizeBytes = this.#dependencies.codecs.body.encode(block.body).length
    this.#orphans.add({ hash, block, sizeBytes, source, branchWork })
    return { kind: 'orphan', hash, missing }
  }

  /** A block has come to its end: those that waited for it are judged, or fall with it. */
  #followOrphans({ hash }: Candidate): void {
    if (this.#stopped) return
    for (const orphan of this.#orphans.takeChildren(hash)) {
      const { source, branchWork } = orphan
      this.importBlock(orphan.block, { source, branchWork }).catch((error: unknown) => {
        if (error instanceof RuleError) this.#rejections.emit({ hash: orphan.hash, source, error })
        else this.#dependencies.logger.debug('An orphan could not be judged', { hash: bytesToHex(orphan.hash), error })
      })
    }
  }

  #refuseFull(): void {
    const { maxInFlight } = this.#options.limits
    if (this.#flights.size < maxInFlight) return
    throw new ChainError('CHAIN_BUSY', 'too many blocks are being imported', {
      expected: `at most ${maxInFlight}`,
      actual: String(this.#flights.size),
    })
  }

  #requireRunning(): void {
    if (this.#stopped) throw new ChainError('CHAIN_NOT_RUNNING', 'the chain is stopped')
  }
}

import { type Chain, type HeadEvent, type ImportOutcome, sealBlock } from '@poai/chain'
import { claimedWorkHash, meetsTarget } from '@poai/consensus'
import {
  type Address,
  type Block,
  type BlockCodecs,
  bytesToHex,
  type Clock,
  Emitter,
  genesisHash,
  type Hash32,
  headerHash,
  InvariantError,
  isPermanent,
  type Logger,
  type NetworkParams,
  RuleError,
  type Startable,
  type Subscribe,
  type Unsubscribe,
} from '@poai/core'
import { OwnBlocks } from '../figures/own-blocks.ts'
import { type MadeTemplate, TemplateMaker } from '../jobs/template-maker.ts'
import { MinerError } from '../miner-error.ts'
import { DEFAULT_TEMPLATE_AGE_MS } from '../miner-options.ts'
import { type MiningGate, OPEN_GATE } from '../mining-gate.ts'
import { createNonceRanges, type NonceRanges } from '../nonce-ranges.ts'
import { type DeskClient, OWN_CLIENT } from './desk-client.ts'
import type {
  FarmAnswer,
  FarmJob,
  FarmNetwork,
  FarmRequest,
  FarmSolution,
  FarmVerdict,
  RateReport,
} from './farm-job.ts'
import { type IssuedJob, JOB_LIFE_MS, JobBook, MAX_SUBMISSIONS } from './job-book.ts'
import { SolutionBudget, type SolutionLimits, type SolutionOutcome } from './solution-budget.ts'
import { TemplateBoard } from './template-board.ts'
import { type FarmWorker, WorkerRegistry } from './worker-registry.ts'

/** Gives jobs to miners on other machines, and judges what they bring. */
export interface FarmDesk extends Startable {
  readonly params: NetworkParams
  readonly status: FarmDeskStatus
  /**
   * A job that is as good as any, at once; or, after the job that the worker has, as soon as there is a better one,
   * within a bound.
   */
  getWork(request: FarmRequest, signal?: AbortSignal, client?: DeskClient): Promise<FarmJob>
  /**
   * Imports the block of a solution, if it is one. Never rejects because of what the worker sent. What is computed in
   * vain is charged to the client; the default is this node itself.
   */
  submitWork(solution: FarmSolution, client?: DeskClient): Promise<FarmAnswer>
  submitRate(report: RateReport, client?: DeskClient): void
  /** A solution was judged. */
  readonly onAnswer: Subscribe<FarmAnswer & { readonly worker: string }>
}

/** A snapshot for people and metrics. Counts are since the start. */
export interface FarmDeskStatus {
  /** Those seen in the last minute. */
  readonly workers: readonly FarmWorker[]
  /** The sum of what they report. */
  readonly attemptsPerSecond: number
  readonly tokensPerSecond: number
  readonly verdicts: Readonly<Partial<Record<FarmVerdict, number>>>
  /** Blocks of the farm in the chain now, and what they pay. */
  readonly blocksCanonical: number
  readonly rewardsWei: bigint
}

export interface FarmDeskOptions {
  readonly params: NetworkParams
  /** Paid if a worker names nobody. Without it, workers must name somebody. */
  readonly beneficiary?: Address
  readonly extraData?: Uint8Array
  readonly gasLimitGoal?: bigint
  readonly templateAgeMs?: number
  readonly limits?: Partial<SolutionLimits>
}

/** What a desk needs, and nothing more. */
export interface FarmDeskDependencies {
  readonly chain: Pick<Chain, 'head' | 'importBlock' | 'onHead' | 'templates'>
  readonly codecs: Pick<BlockCodecs, 'block' | 'body'>
  readonly clock: Clock
  readonly logger: Logger
  readonly gate?: MiningGate
  /** Shared with the miner of the same node. */
  readonly nonces?: NonceRanges
}

/** How long a request may wait for a better job: less than the half minute after which proxies cut idle connections. */
const LONG_POLL_MS = 20_000
/** How many requests may wait at one time: as many as workers are known. */
const MAX_WAITING = 256
/**
 * For this long after its start, a desk takes blocks whose jobs it did not give out: they were found while the node was
 * down. Workers that lost their node ask again every five seconds, and jobs live no longer.
 */
const FOREIGN_JOBS_MS: number = JOB_LIFE_MS
/** Larger bodies are left out: they would weigh down every job for a block that is found while the node is down. */
const MAX_JOB_BODY_BYTES: number = 128 * 1024

/** A desk, not yet started. */
export function createFarmDesk(options: FarmDeskOptions, dependencies: FarmDeskDependencies): FarmDesk {
  return new ChainFarmDesk(options, dependencies)
}

class ChainFarmDesk implements FarmDesk {
  readonly params: NetworkParams
  readonly #beneficiary: Address | undefined
  readonly #dependencies: FarmDeskDependencies
  readonly #network: FarmNetwork
  readonly #gate: MiningGate
  readonly #nonces: NonceRanges
  readonly #maker: TemplateMaker
  readonly #board: TemplateBoard
  readonly #jobs: JobBook
  readonly #workers: WorkerRegistry
  readonly #ownBlocks: OwnBlocks
  readonly #answers: Emitter<FarmAnswer & { readonly worker: string }>
  readonly #stopping = new AbortController()
  readonly #budget: SolutionBudget
  readonly #judging = new Set<Promise<unknown>>()
  readonly #verdicts: Partial<Record<FarmVerdict, number>> = {}
  /** Aborted when the head moves. */
  #era = new AbortController()
  #waiting = 0
  #startedAtMs = Number.NEGATIVE_INFINITY
  #subscriptions: readonly Unsubscribe[] | undefined

  constructor(options: FarmDeskOptions, dependencies: FarmDeskDependencies) {
    const { params, extraData = new Uint8Array(0), gasLimitGoal = params.gas.initialLimit } = options
    const { clock, logger } = dependencies
    this.params = params
    this.#beneficiary = options.beneficiary
    this.#dependencies = dependencies
    this.#network = { name: params.name, genesisHash: genesisHash(params) }
    this.#gate = dependencies.gate ?? OPEN_GATE
    this.#nonces = dependencies.nonces ?? createNonceRanges()
    this.#maker = new TemplateMaker({ params, extraData, gasLimitGoal }, dependencies)
    const templateAgeMs = options.templateAgeMs ?? DEFAULT_TEMPLATE_AGE_MS
    this.#board = new TemplateBoard({ templateAgeMs }, { maker: this.#maker })
    this.#jobs = new JobBook(clock)
    this.#workers = new WorkerRegistry(clock)
    this.#budget = new SolutionBudget(clock, options.limits)
    this.#ownBlocks = new OwnBlocks(params)
    this.#answers = new Emitter('farm answer', logger)
  }

  get status(): FarmDeskStatus {
    const workers = this.#workers.list()
    return {
      workers,
      attemptsPerSecond: workers.reduce((sum, worker) => sum + worker.attemptsPerSecond, 0),
      tokensPerSecond: workers.reduce((sum, worker) => sum + worker.tokensPerSecond, 0),
      verdicts: { ...this.#verdicts },
      blocksCanonical: this.#ownBlocks.canonical,
      rewardsWei: this.#ownBlocks.rewardsWei,
    }
  }

  get onAnswer(): Subscribe<FarmAnswer & { readonly worker: string }> {
    return this.#answers.subscribe
  }

  async start(): Promise<void> {
    if (this.#subscriptions !== undefined) throw new InvariantError('A farm desk is started once')
    this.#startedAtMs = this.#dependencies.clock.nowMs()
    this.#subscriptions = [this.#dependencies.chain.onHead((event) => this.#onHead(event))]
  }

  /** Releases whoever waits, and waits for what is being judged. */
  async stop(): Promise<void> {
    this.#stopping.abort(new MinerError('MINER_NO_WORK', 'the node is being stopped'))
    for (const unsubscribe of this.#subscriptions ?? []) unsubscribe()
    await Promise.allSettled(this.#judging)
  }

  async getWork(
    { worker, beneficiary: wanted, after }: FarmRequest,
    signal?: AbortSignal,
    client: DeskClient = OWN_CLIENT,
  ): Promise<FarmJob> {
    const either = signal === undefined ? this.#stopping.signal : AbortSignal.any([this.#stopping.signal, signal])
    either.throwIfAborted()
    const beneficiary = wanted ?? this.#beneficiary
    if (beneficiary === undefined) {
      throw new MinerError('MINER_NO_WORK', 'this node has nobody to pay for blocks', {
        hint: 'name a beneficiary: poai mine --beneficiary ADDRESS',
      })
    }
    const deadlineMs = this.#dependencies.clock.nowMs() + LONG_POLL_MS
    const current = after === undefined ? undefined : this.#jobs.find(after)
    if (current?.made !== undefined) await this.#untilBetter(current, { deadlineMs, signal: either })
    const made = await this.#template(beneficiary, { deadlineMs, signal: either })
    this.#workers.gaveJob(worker, client)
    return this.#toWork(this.#jobs.issue(worker, made, this.#nonces.next(), client.name))
  }

  async submitWork(solution: FarmSolution, client: DeskClient = OWN_CLIENT): Promise<FarmAnswer> {
    const { worker } = solution
    const judging = this.#judge(solution, client)
    this.#judging.add(judging)
    const answer = await judging.finally(() => this.#judging.delete(judging))
    this.#verdicts[answer.verdict] = (this.#verdicts[answer.verdict] ?? 0) + 1
    this.#workers.judged(worker, answer.verdict, client)
    this.#answers.emit({ ...answer, worker })
    return answer
  }

  submitRate(report: RateReport, client: DeskClient = OWN_CLIENT): void {
    this.#workers.report(report, client)
  }

  /** Waits until the head moves, the template is too old, or the request has waited long enough. */
  async #untilBetter({ made }: IssuedJob, { deadlineMs, signal }: WaitOptions): Promise<void> {
    const { clock } = this.#dependencies
    const leftMs = Math.min(this.#board.msLeft(made.template), deadlineMs - clock.nowMs())
    if (leftMs > 0) await this.#wait(leftMs, AbortSignal.any([this.#era.signal, signal]))
    signal.throwIfAborted()
  }

  async #template(beneficiary: Address, { deadlineMs, signal }: WaitOptions): Promise<MadeTemplate> {
    for (;;) {
      const reason = this.#gate.closedBecause()
      if (reason !== undefined) throw new MinerError('MINER_NO_WORK', `there is no work now: ${reason}`)
      const made = await this.#board.newest(beneficiary, this.#stopping.signal)
      signal.throwIfAborted()
      if (made.earlyMs === 0 && this.#maker.isCurrent(made.template)) return made
      const leftMs = deadlineMs - this.#dependencies.clock.nowMs()
      if (leftMs <= 0)
        throw new MinerError('MINER_NO_WORK', 'there is no work now: blocks come faster than seconds pass')
      await this.#wait(Math.min(made.earlyMs, leftMs), AbortSignal.any([this.#era.signal, signal]))
      signal.throwIfAborted()
    }
  }

  /** Ends early, without an error, when the signal is aborted. */
  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#waiting >= MAX_WAITING) {
      throw new MinerError('MINER_BUSY', 'too many requests for work wait', {
        expected: `at most ${MAX_WAITING}`,
        actual: 'one more',
      })
    }
    this.#waiting++
    try {
      await this.#dependencies.clock.sleep(ms, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      this.#waiting--
    }
  }

  #toWork({ jobId, made, range }: IssuedJob): FarmJob {
    const { header, epochKey, body } = made.template
    const encoded = this.#dependencies.codecs.body.encode(body)
    return {
      ...{ jobId, header, epochKey, range, network: this.#network },
      expiresInMs: Math.max(1, made.madeAtMs + JOB_LIFE_MS - this.#dependencies.clock.nowMs()),
      body: encoded.length <= MAX_JOB_BODY_BYTES ? encoded : undefined,
    }
  }

  async #judge(solution: FarmSolution, client: DeskClient): Promise<FarmAnswer> {
    if (this.#budget.isRefused(client) || this.#workers.isRefused(solution.worker, client))
      return { verdict: 'refused' }
    const job = this.#jobs.find(solution.jobId)
    if (job === undefined) return this.#judgeForeign(solution, client)
    const { seal } = solution
    if (job.submitted.has(seal.nonce)) return { verdict: 'duplicate' }
    if (job.made === undefined) return { verdict: 'stale' }
    const block = sealBlock(job.made.template, seal)
    const blockHash = headerHash(block.header)
    if (!this.#maker.isCurrent(job.made.template)) return { verdict: 'stale', blockHash }
    if (seal.nonce < job.range.first || seal.nonce >= job.range.end) return { verdict: 'wrong-range', blockHash }
    if (!meetsTarget(claimedWorkHash(block.header), block.header.target)) return { verdict: 'above-target', blockHash }
    if (job.submitted.size >= MAX_SUBMISSIONS) return { verdict: 'refused', blockHash }
    job.submitted.add(seal.nonce)
    const answer = await this.#import(block, blockHash, client)
    if (MAY_COME_AGAIN.has(answer.verdict)) job.submitted.delete(seal.nonce)
    return answer
  }

  /**
   * Judges the block of a job that this desk did not give out, found while its node was down. Only the import judges
   * it.
   */
  async #judgeForeign({ block: bytes }: FarmSolution, client: DeskClient): Promise<FarmAnswer> {
    const isLate = this.#dependencies.clock.nowMs() > this.#startedAtMs + FOREIGN_JOBS_MS
    if (bytes === undefined || isLate) return { verdict: 'unknown-job' }
    try {
      const block = this.#dependencies.codecs.block.decode(bytes)
      const blockHash = headerHash(block.header)
      if (!this.#maker.isCurrent(block)) return { verdict: 'stale', blockHash }
      return await this.#import(block, blockHash, client)
    } catch (error) {
      if (error instanceof RuleError) return { verdict: 'invalid', rule: error.code }
      throw error
    }
  }

  /**
   * Imports the block like everybody's blocks when it is the client's turn. What was computed in vain is charged.
   */
  async #import(block: Block, blockHash: Hash32, client: DeskClient): Promise<FarmAnswer> {
    const ticket = await this.#budget.admit(client)
    if (ticket === 'refused' || ticket === 'busy') return { verdict: ticket, blockHash }
    const { chain, logger } = this.#dependencies
    const hash = bytesToHex(blockHash)
    this.#ownBlocks.remember(blockHash)
    let outcome: SolutionOutcome = 'undecided'
    try {
      const priority = ticket.isStranger ? 'offer' : 'tip'
      const { kind } = await chain.importBlock(block, { source: `farm desk for ${client.name}`, priority })
      const verdict = VERDICT_OF[kind]
      if (verdict === 'accepted' || verdict === 'side') outcome = 'good'
      if (verdict === 'accepted') logger.info('A worker mined a block', { number: block.header.number, hash })
      return { verdict, blockHash }
    } catch (error) {
      if (!(error instanceof RuleError) || !isPermanent(error)) {
        logger.warn('Could not judge the block of a worker', { hash, error })
        return { verdict: 'undecided', blockHash }
      }
      outcome = 'in-vain'
      logger.warn('The block of a worker is not valid', { hash, client: client.name, code: error.code })
      return { verdict: 'invalid', blockHash, rule: error.code }
    } finally {
      ticket.settle(outcome)
    }
  }

  #onHead(event: HeadEvent): void {
    this.#ownBlocks.follow(event)
    this.#jobs.keepOnly((template) => this.#maker.isCurrent(template))
    this.#era.abort()
    this.#era = new AbortController()
  }
}

interface WaitOptions {
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** Answers that say nothing about the solution, so it may be sent again. */
const MAY_COME_AGAIN: ReadonlySet<FarmVerdict> = new Set<FarmVerdict>(['undecided', 'busy', 'refused'])

/** It cannot be an orphan, since its parent is the head, unless the parent left in the meantime. */
const VERDICT_OF: Readonly<Record<ImportOutcome['kind'], FarmVerdict>> = {
  head: 'accepted',
  side: 'side',
  known: 'duplicate',
  orphan: 'stale',
}

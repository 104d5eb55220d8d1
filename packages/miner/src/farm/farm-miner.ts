import type { AttemptSearcher } from '@poai/consensus'
import {
  type Address,
  type BlockCodecs,
  bytesToHex,
  type Clock,
  Emitter,
  equalBytes,
  genesisHash,
  type Hash32,
  InvariantError,
  type Logger,
  type NetworkParams,
  rulesAt,
  type Seal,
  type Startable,
  type Subscribe,
} from '@poai/core'
import { type PumpListener, SearchPump } from '../attempts/search-pump.ts'
import { MiningFigures } from '../figures/mining-figures.ts'
import { type AttemptJob, createAttemptJob } from '../jobs/mining-job.ts'
import { MinerError } from '../miner-error.ts'
import { DEFAULT_MAX_INVALID_BLOCKS } from '../miner-options.ts'
import { Outage } from '../outage.ts'
import { endWithGrace } from '../stop-grace.ts'
import type { FarmClient } from './farm-client.ts'
import type { FarmAnswer, FarmJob, FarmVerdict } from './farm-job.ts'
import type { FarmMinerState, FarmMinerStatus } from './farm-miner-status.ts'
import { LONGEST_PAUSE_MS, SolutionDelivery } from './solution-delivery.ts'

/** Mines for a node on another machine until it is stopped. */
export interface FarmMiner extends Startable {
  readonly status: FarmMinerStatus
  /** A solution was judged. */
  readonly onAnswer: Subscribe<FarmAnswer & { readonly number: bigint }>
  /** Resolves when it has failed for good. */
  readonly failed: Promise<string>
}

/** A job that was taken, with the attempts at it. */
interface TakenJob extends AttemptJob {
  readonly work: FarmJob
  readonly expiresAtMs: number
}

export interface FarmMinerOptions {
  readonly params: NetworkParams
  /** What this worker calls itself: up to 64 letters, digits and `- . _ + /`. */
  readonly worker: string
  /** How many workers of the engine to keep busy. */
  readonly workers: number
  /** Who is paid for blocks. Default: whoever the node says. */
  readonly beneficiary?: Address
}

/** What a farm miner needs, and nothing more. */
export interface FarmMinerDependencies {
  readonly client: FarmClient
  readonly searcher: AttemptSearcher
  readonly codecs: Pick<BlockCodecs, 'block' | 'body'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Often enough for a table that people watch. */
const REPORT_MS = 10_000
/** After these the head is another one, or the job is over: the next job is about to come. */
const ENDS_JOB: ReadonlySet<FarmVerdict> = new Set<FarmVerdict>(['accepted', 'side', 'stale', 'duplicate'])

/** A farm miner, not yet started. */
export function createFarmMiner(options: FarmMinerOptions, dependencies: FarmMinerDependencies): FarmMiner {
  return new ClientMiner(options, dependencies)
}

class ClientMiner implements FarmMiner {
  readonly #options: FarmMinerOptions
  readonly #dependencies: FarmMinerDependencies
  readonly #genesisHash: Hash32
  readonly #pump: SearchPump<TakenJob>
  readonly #figures: MiningFigures
  readonly #desk: Outage
  readonly #delivery: SolutionDelivery
  readonly #answers: Emitter<FarmAnswer & { readonly number: bigint }>
  readonly #stopping = new AbortController()
  readonly #abandonDelivery = new AbortController()
  readonly #failed: PromiseWithResolvers<string> = Promise.withResolvers()
  readonly #verdicts: Partial<Record<FarmVerdict, number>> = {}
  #job: TakenJob | undefined
  #submitting: Promise<void> | undefined
  #failure: string | undefined
  #jobs = 0
  #solutions = 0
  #invalidInRow = 0
  #loops: Promise<unknown> | undefined
  #stopped: Promise<void> | undefined

  constructor(options: FarmMinerOptions, dependencies: FarmMinerDependencies) {
    const { params, workers } = options
    const { clock, logger, searcher } = dependencies
    this.#options = options
    this.#dependencies = dependencies
    this.#genesisHash = genesisHash(params)
    this.#figures = new MiningFigures({ tokensPerAttempt: params.work.exam.tokens }, clock)
    this.#pump = new SearchPump({ workers }, { searcher, clock, logger, listener: this.#listener() })
    this.#desk = new Outage(
      {
        failed: 'The node gives no work: trying again',
        recovered: 'The node gives work again',
        longestPauseMs: LONGEST_PAUSE_MS,
      },
      dependencies,
    )
    this.#delivery = new SolutionDelivery(dependencies)
    this.#answers = new Emitter('farm answer', logger)
  }

  get status(): FarmMinerStatus {
    const { state, reason } = this.#present()
    return {
      ...this.#figures.snapshot(this.#job?.target),
      state,
      reason,
      number: this.#job?.number,
      target: this.#job?.target,
      workers: this.#options.workers,
      jobs: this.#jobs,
      solutions: this.#solutions,
      verdicts: { ...this.#verdicts },
    }
  }

  get onAnswer(): Subscribe<FarmAnswer & { readonly number: bigint }> {
    return this.#answers.subscribe
  }

  get failed(): Promise<string> {
    return this.#failed.promise
  }

  async start(): Promise<void> {
    if (this.#loops !== undefined || this.#stopped !== undefined) {
      throw new InvariantError('A farm miner is started once')
    }
    await this.#pump.start()
    this.#loops = Promise.all([this.#fetchJobs(), this.#reportRates()])
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('the miner is being stopped'))
    const delivered = endWithGrace(this.#submitting, this.#abandonDelivery, this.#dependencies.clock)
    await Promise.all([this.#loops, this.#loops === undefined ? undefined : this.#pump.stop(), delivered])
    this.#figures.rest()
  }

  /** Keeps asking for a better job than the present one; the desk answers when there is one. */
  async #fetchJobs(): Promise<void> {
    const { signal } = this.#stopping
    const { worker, beneficiary } = this.#options
    while (!signal.aborted && this.#failure === undefined) {
      try {
        const work = await this.#dependencies.client.getWork(
          { worker, beneficiary, after: this.#job?.work.jobId },
          signal,
        )
        this.#desk.over()
        this.#take(work)
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof MinerError && error.code === 'MINER_JOB_INVALID') this.#fail(error.message)
        else await this.#endure(error, signal)
      }
    }
  }

  /** Without the node, attempts go on for as long as their block might still be accepted. */
  async #endure(error: unknown, signal: AbortSignal): Promise<void> {
    if (this.#isExpired()) this.#drop()
    await this.#desk.endure(error, signal)
  }

  #take(work: FarmJob): void {
    if (!equalBytes(work.network.genesisHash, this.#genesisHash)) {
      throw new MinerError('MINER_JOB_INVALID', 'the node works on another network', {
        expected: `${this.#options.params.name}, genesis ${bytesToHex(this.#genesisHash)}`,
        actual: `${work.network.name}, genesis ${bytesToHex(work.network.genesisHash)}`,
      })
    }
    // Same parent: what was found is still worth its block.
    if (this.#job !== undefined && !haveOneParent(this.#job, { work })) this.#pump.halt()
    const rules = rulesAt(this.#options.params, work.header.number)
    this.#job = {
      ...createAttemptJob(work, work.range, rules.work),
      work,
      expiresAtMs: this.#dependencies.clock.nowMs() + work.expiresInMs,
    }
    this.#jobs++
    this.#figures.begin()
    if (this.#submitting === undefined) this.#pump.work(this.#job)
  }

  #isExpired(): boolean {
    return this.#job !== undefined && this.#dependencies.clock.nowMs() >= this.#job.expiresAtMs
  }

  #drop(): void {
    this.#job = undefined
    this.#pump.halt()
    this.#figures.rest()
  }

  #listener(): PumpListener<TakenJob> {
    return {
      onProgress: (job, progress) => this.#figures.count(job, progress),
      onSolved: (job, seal) => this.#onSolved(job, seal),
      onStale: (attempts) => this.#figures.countStale(attempts),
      // The next job comes within seconds, with nonces of its own.
      onExhausted: () => undefined,
    }
  }

  /** While the node judges, more attempts at this height would most likely be in vain. */
  #onSolved(job: TakenJob, seal: Seal): void {
    if (this.#submitting !== undefined) return
    this.#solutions++
    this.#figures.found()
    this.#submitting = this.#submit(job, seal).then((isOver) => {
      this.#submitting = undefined
      if (this.#job === undefined || this.#failure !== undefined) return
      if (!isOver || !haveOneParent(this.#job, job)) this.#pump.work(this.#job)
    })
    this.#pump.halt()
  }

  /** True if the job is no longer worth anything. */
  async #submit(job: TakenJob, seal: Seal): Promise<boolean> {
    const options = { lastTry: this.#stopping.signal, signal: this.#abandonDelivery.signal }
    const answer = await this.#delivery.deliver({ worker: this.#options.worker, work: job.work, seal }, options)
    if (answer === undefined) return true
    const { verdict } = answer
    this.#verdicts[verdict] = (this.#verdicts[verdict] ?? 0) + 1
    this.#invalidInRow = verdict === 'invalid' ? this.#invalidInRow + 1 : 0
    const { logger } = this.#dependencies
    const data = { number: job.number, ...answer, blockHash: answer.blockHash && bytesToHex(answer.blockHash) }
    if (verdict === 'invalid') logger.error('The node found our solution invalid', data)
    else logger.info('The node judged our solution', data)
    if (this.#invalidInRow >= DEFAULT_MAX_INVALID_BLOCKS)
      this.#fail('the node does not confirm what this machine computes')
    this.#answers.emit({ ...answer, number: job.number })
    return ENDS_JOB.has(verdict)
  }

  async #reportRates(): Promise<void> {
    const { client, clock } = this.#dependencies
    const { worker, workers } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await clock.sleep(REPORT_MS, signal)
        const { attemptsPerSecond, tokensPerSecond } = this.#figures.snapshot(undefined)
        await client.submitRate({ worker, workers, attemptsPerSecond, tokensPerSecond }, signal)
      } catch {
        // Only people read it, and the next report says the same.
      }
    }
  }

  #fail(reason: string): void {
    this.#failure = reason
    this.#drop()
    this.#dependencies.logger.error('Mining for the node stops', { reason })
    this.#failed.resolve(reason)
  }

  #present(): { readonly state: FarmMinerState; readonly reason: string | undefined } {
    if (this.#loops === undefined || this.#stopped !== undefined) return { state: 'stopped', reason: undefined }
    if (this.#failure !== undefined) return { state: 'failed', reason: this.#failure }
    const outage = this.#delivery.error ?? this.#desk.error ?? this.#pump.failure
    const reason = outage === undefined ? undefined : describe(outage)
    if (this.#submitting !== undefined) return { state: 'submitting', reason }
    if (this.#job === undefined || this.#pump.failure !== undefined) return { state: 'waiting', reason }
    return { state: 'mining', reason }
  }
}

function haveOneParent(a: Pick<TakenJob, 'work'>, b: Pick<TakenJob, 'work'>): boolean {
  return equalBytes(a.work.header.parentHash, b.work.header.parentHash)
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

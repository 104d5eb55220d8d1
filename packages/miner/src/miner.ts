import { type HeadEvent, type StaleReason, sealBlock } from '@poai/chain'
import {
  type Address,
  type Block,
  bytesToHex,
  Emitter,
  type Hash32,
  headerHash,
  InvariantError,
  rulesAt,
  type Seal,
  type Startable,
  type Subscribe,
  type Unsubscribe,
} from '@poai/core'
import { type PumpListener, SearchPump } from './attempts/search-pump.ts'
import { Doorbell } from './doorbell.ts'
import { BlockScore } from './figures/block-score.ts'
import { MiningFigures } from './figures/mining-figures.ts'
import { BlockDelivery, type BlockFate } from './jobs/block-delivery.ts'
import { createAttemptJob, type MiningJob } from './jobs/mining-job.ts'
import { type MadeTemplate, TemplateMaker } from './jobs/template-maker.ts'
import {
  DEFAULT_MAX_INVALID_BLOCKS,
  DEFAULT_TEMPLATE_AGE_MS,
  type MinerDependencies,
  type MinerOptions,
} from './miner-options.ts'
import type { MinerState, MinerStatus } from './miner-status.ts'
import { type MiningGate, OPEN_GATE } from './mining-gate.ts'
import { createNonceRanges, type NonceRanges } from './nonce-ranges.ts'
import { Outage } from './outage.ts'
import { endWithGrace } from './stop-grace.ts'

/** One of our own blocks, and what became of it. */
export interface MinedBlock {
  readonly hash: Hash32
  readonly block: Block
  readonly fate: BlockFate
}

/** Mines blocks on top of the current head until it is stopped. */
export interface Miner extends Startable {
  readonly status: MinerStatus
  /** Makes no attempts until `resume`. May be called before `start`. */
  pause(): void
  /** Goes on after `pause`, or after it failed. */
  resume(): void
  /** Changes who is paid from now on. */
  setBeneficiary(beneficiary: Address): void
  /** A block was found, and its fate is known. */
  readonly onBlock: Subscribe<MinedBlock>
}

/** A miner, not yet started. */
export function createMiner(options: MinerOptions, dependencies: MinerDependencies): Miner {
  return new LoopMiner(options, dependencies)
}

interface Hindrance {
  readonly state: MinerState
  readonly reason: string | undefined
}

class LoopMiner implements Miner {
  readonly #options: MinerOptions
  readonly #dependencies: MinerDependencies
  readonly #gate: MiningGate
  readonly #nonces: NonceRanges
  readonly #templates: TemplateMaker
  readonly #delivery: BlockDelivery
  readonly #templateOutage: Outage
  readonly #pump: SearchPump<MiningJob>
  readonly #figures: MiningFigures
  readonly #score: BlockScore
  readonly #bell: Doorbell
  readonly #blocks: Emitter<MinedBlock>
  readonly #stopping = new AbortController()
  readonly #abandonDelivery = new AbortController()
  #beneficiary: Address
  #paused = false
  #failure: string | undefined
  #job: MiningJob | undefined
  #made: MadeTemplate | undefined
  /** Until the clock allows the next block. */
  #isEarly = false
  #wantsRefresh = false
  #delivering: Promise<void> | undefined
  #loop: Promise<void> | undefined
  #stopped: Promise<void> | undefined
  #subscriptions: readonly Unsubscribe[] = []

  constructor(options: MinerOptions, dependencies: MinerDependencies) {
    const { params, workers, extraData = new Uint8Array(0), gasLimitGoal = params.gas.initialLimit } = options
    const { clock, logger, searcher } = dependencies
    this.#options = options
    this.#dependencies = dependencies
    this.#gate = dependencies.gate ?? OPEN_GATE
    this.#nonces = dependencies.nonces ?? createNonceRanges()
    this.#templates = new TemplateMaker({ params, extraData, gasLimitGoal }, dependencies)
    this.#delivery = new BlockDelivery(dependencies)
    this.#templateOutage = new Outage(
      { failed: 'Could not make a block template: mining waits', recovered: 'Block templates can be made again' },
      dependencies,
    )
    this.#figures = new MiningFigures({ tokensPerAttempt: params.work.exam.tokens }, clock)
    this.#pump = new SearchPump({ workers }, { searcher, clock, logger, listener: this.#listener() })
    this.#score = new BlockScore(params)
    this.#bell = new Doorbell(clock)
    this.#blocks = new Emitter('mined block', logger)
    this.#beneficiary = options.beneficiary
  }

  get status(): MinerStatus {
    const { state, reason } = this.#present()
    return {
      ...this.#figures.snapshot(this.#made?.template.header.target),
      ...this.#score.figures,
      state,
      reason,
      beneficiary: this.#beneficiary,
      number: this.#made?.template.header.number,
      target: this.#made?.template.header.target,
      workers: this.#options.workers,
    }
  }

  get onBlock(): Subscribe<MinedBlock> {
    return this.#blocks.subscribe
  }

  async start(): Promise<void> {
    if (this.#loop !== undefined || this.#stopped !== undefined) throw new InvariantError('A miner is started once')
    const { chain } = this.#dependencies
    this.#subscriptions = [
      chain.onHead((event) => this.#onHead(event)),
      chain.templates.onStale((reason) => this.#onStale(reason)),
      this.#gate.onChange(() => this.#look()),
    ]
    await this.#pump.start()
    this.#loop = this.#run()
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  pause(): void {
    this.#paused = true
    this.#look()
  }

  resume(): void {
    this.#paused = false
    this.#failure = undefined
    this.#score.forgive()
    this.#bell.ring()
  }

  setBeneficiary(beneficiary: Address): void {
    this.#beneficiary = beneficiary
    this.#dropJob()
    this.#bell.ring()
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('the miner is being stopped'))
    for (const unsubscribe of this.#subscriptions) unsubscribe()
    this.#dropJob()
    this.#bell.ring()
    const delivered = endWithGrace(this.#delivering, this.#abandonDelivery, this.#dependencies.clock)
    await Promise.all([this.#loop, this.#loop === undefined ? undefined : this.#pump.stop(), delivered])
    this.#figures.rest()
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const hindrance = this.#hindrance()
      if (hindrance !== undefined) {
        // An import is over in a moment, so the rate goes on.
        if (hindrance.state !== 'importing') this.#figures.rest()
        await this.#bell.wait()
        continue
      }
      if (this.#job === undefined || this.#msToRefresh() <= 0) await this.#renew()
      else await this.#bell.wait(this.#msToRefresh())
    }
  }

  /** Makes a new job to replace the present one, which workers go on with until then. */
  async #renew(): Promise<void> {
    const { signal } = this.#stopping
    const beneficiary = this.#beneficiary
    this.#wantsRefresh = false
    try {
      this.#made = await this.#templates.make(beneficiary, signal)
      this.#templateOutage.over()
    } catch (error) {
      if (!signal.aborted) await this.#templateOutage.endure(error, signal)
      return
    }
    const { template, earlyMs } = this.#made
    const isOvertaken = this.#hindrance() !== undefined || beneficiary !== this.#beneficiary
    if (signal.aborted || isOvertaken || !this.#templates.isCurrent(template)) return
    if (earlyMs > 0) {
      this.#isEarly = true
      await this.#bell.wait(earlyMs)
      this.#isEarly = false
      return
    }
    const { work } = rulesAt(this.#options.params, template.header.number)
    this.#job = { template, ...createAttemptJob(template, this.#nonces.next(), work) }
    this.#figures.begin()
    this.#pump.work(this.#job)
  }

  #msToRefresh(): number {
    if (this.#made === undefined) return 0
    const ageMs = this.#wantsRefresh ? 0 : (this.#options.templateAgeMs ?? DEFAULT_TEMPLATE_AGE_MS)
    return this.#templates.msLeft(this.#made, ageMs)
  }

  /** What keeps the miner from making attempts; what lasts longest comes first. */
  #hindrance(): Hindrance | undefined {
    if (this.#failure !== undefined) return { state: 'failed', reason: this.#failure }
    if (this.#paused) return { state: 'paused', reason: undefined }
    if (this.#delivering !== undefined) return { state: 'importing', reason: describe(this.#delivery.error) }
    const reason = this.#gate.closedBecause()
    return reason === undefined ? undefined : { state: 'waiting', reason }
  }

  #present(): Hindrance {
    if (this.#loop === undefined || this.#stopped !== undefined) return { state: 'stopped', reason: undefined }
    const hindrance = this.#hindrance()
    if (hindrance !== undefined) return hindrance
    const outage = this.#pump.failure ?? this.#templateOutage.error
    if (outage !== undefined) return { state: 'waiting', reason: describe(outage) }
    if (this.#isEarly) return { state: 'waiting', reason: 'blocks come faster than seconds pass' }
    return { state: this.#job === undefined ? 'preparing' : 'mining', reason: undefined }
  }

  /** The circumstances changed. */
  #look(): void {
    if (this.#hindrance() !== undefined) this.#dropJob()
    this.#bell.ring()
  }

  #dropJob(): void {
    this.#job = undefined
    this.#pump.halt()
  }

  #onHead(event: HeadEvent): void {
    this.#score.follow(event)
    this.#dropJob()
    this.#bell.ring()
  }

  #onStale(reason: StaleReason): void {
    if (reason === 'head') return
    this.#wantsRefresh = true
    this.#bell.ring()
  }

  #listener(): PumpListener<MiningJob> {
    return {
      onProgress: (job, progress) => this.#figures.count(job, progress),
      onSolved: (job, seal) => this.#onSolved(job, seal),
      onStale: (attempts) => this.#figures.countStale(attempts),
      onExhausted: () => {
        this.#job = undefined
        this.#bell.ring()
      },
    }
  }

  #onSolved({ template }: MiningJob, seal: Seal): void {
    // Another worker found a solution at the same moment: one block of a height is enough.
    if (this.#delivering !== undefined) return
    this.#figures.found()
    const block = sealBlock(template, seal)
    this.#delivering = this.#deliver(block, headerHash(block.header)).finally(() => {
      this.#delivering = undefined
      this.#bell.ring()
    })
    this.#look()
  }

  async #deliver(block: Block, hash: Hash32): Promise<void> {
    const options = { lastTry: this.#stopping.signal, signal: this.#abandonDelivery.signal }
    this.#score.found(hash)
    const fate = await this.#delivery.deliver(block, hash, options)
    this.#score.judged(fate)
    const { logger } = this.#dependencies
    if (fate !== 'invalid') logger.info('Mined a block', { number: block.header.number, hash: bytesToHex(hash), fate })
    this.#failAfterInvalid()
    this.#blocks.emit({ hash, block, fate })
  }

  #failAfterInvalid(): void {
    const limit = this.#options.maxInvalidBlocks ?? DEFAULT_MAX_INVALID_BLOCKS
    const { invalidInRow } = this.#score
    if (invalidInRow < limit) return
    this.#failure = `${invalidInRow} blocks of this node in a row did not pass its own import`
    this.#dependencies.logger.error('Mining stops: this machine does not confirm its own blocks', {
      blocks: invalidInRow,
      hint: 'check the engine and the memory of this machine: poai engine check',
    })
  }
}

function describe(error: unknown): string | undefined {
  if (error === undefined) return undefined
  return error instanceof Error ? error.message : String(error)
}

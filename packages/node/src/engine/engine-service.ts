import type {
  AskedWork,
  AttemptSearcher,
  EvaluateExamsOptions,
  ExamEvaluation,
  ExamEvaluator,
  ExamRequest,
  NonceSpan,
  SearchJob,
  SearchOptions,
  SearchResult,
} from '@poai/consensus'
import {
  AppError,
  bytesToHex,
  type Clock,
  defined,
  Emitter,
  equalBytes,
  type Logger,
  type NetworkParams,
  rulesAt,
  type Startable,
  type Subscribe,
  type WorkParams,
} from '@poai/core'
import {
  allExams,
  checkVectors,
  EngineError,
  type EngineEvent,
  type EngineStatus,
  type InferenceEngine,
  type PortableProgram,
  requireMachineDomain,
  wordsOfEngine,
} from '@poai/inference'
import { createSearcher } from '@poai/miner'
import { createDomainEngine } from './domain-engine.ts'
import { type EngineSetup, setUpEngine } from './engine-setup.ts'
import type { Installation } from './installation.ts'

/**
 * What the engine of the node is doing.
 *
 * - `starting`: the model is being found and loaded.
 * - `self-test`: it computes the network's recorded exams.
 * - `ready`: it judges and mines.
 * - `abstaining`: it can't compute the network's bits, so it judges nothing and never calls a valid block invalid.
 */
export type EngineServiceState = 'new' | 'starting' | 'self-test' | 'ready' | 'abstaining' | 'stopped'

/** A snapshot for people and metrics. */
export interface EngineServiceStatus {
  readonly state: EngineServiceState
  /** Why it abstains. */
  readonly reason: AppError | undefined
  /** Present from the self-test on. */
  readonly engine: EngineStatus | undefined
}

/** The network's model on this machine, or the reason why there is none. */
export interface EngineService extends Startable, ExamEvaluator, AttemptSearcher {
  readonly status: EngineServiceStatus
  readonly onChange: Subscribe<EngineServiceStatus>
}

export interface EngineServiceOptions {
  readonly params: NetworkParams
  /** The block that comes next when the service starts: its rules say which model is loaded. Default: block 1. */
  readonly nextBlock?: () => bigint
  readonly installation: Installation
  readonly workers: number
  /** What runs the model, if the domain leaves a choice. Default `auto`. */
  readonly program?: PortableProgram
  /** How far the workers yield to this process: their nice value. */
  readonly niceness: number
}

/** How an engine is found and made. */
export interface EngineMaker {
  /** Default: {@link setUpEngine}. */
  readonly findSetup?: (installation: Installation, rules: Pick<NetworkParams, 'work'>) => Promise<EngineSetup>
  /** Default: the engine of the domain. */
  readonly createEngine?: (setup: EngineSetup, onEvent: (event: EngineEvent) => void) => InferenceEngine
}

/** What the service needs, and nothing more. */
export interface EngineServiceDependencies extends EngineMaker {
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Logger
}

/** A service, not yet started. It starts successfully even if it abstains. */
export function createEngineService(
  options: EngineServiceOptions,
  dependencies: EngineServiceDependencies,
): EngineService {
  return new ModelEngineService(options, dependencies)
}

class ModelEngineService implements EngineService {
  readonly #options: EngineServiceOptions
  readonly #dependencies: EngineServiceDependencies
  readonly #changes: Emitter<EngineServiceStatus>
  readonly #ready = Promise.withResolvers<void>()
  #state: EngineServiceState = 'new'
  #reason: AppError | undefined
  #engine: InferenceEngine | undefined
  /** While the self-test computes the model at the edges. */
  #edgesEngine: InferenceEngine | undefined
  #searcher: AttemptSearcher | undefined
  /** What was loaded. */
  #work: WorkParams | undefined

  constructor(options: EngineServiceOptions, dependencies: EngineServiceDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#changes = new Emitter('engine service', dependencies.logger)
  }

  get status(): EngineServiceStatus {
    return { state: this.#state, reason: this.#reason, engine: this.#engine?.status }
  }

  get onChange(): Subscribe<EngineServiceStatus> {
    return this.#changes.subscribe
  }

  async start(): Promise<void> {
    this.#become('starting')
    try {
      await this.#start()
    } catch (error) {
      if (this.#isStopped()) return
      if (!(error instanceof AppError)) throw error
      await this.#engine?.stop()
      this.#abstain(error)
    }
  }

  async stop(): Promise<void> {
    this.#become('stopped')
    await Promise.all([this.#engine?.stop(), this.#edgesEngine?.stop()])
  }

  async evaluate(requests: readonly ExamRequest[], options?: EvaluateExamsOptions): Promise<readonly ExamEvaluation[]> {
    this.#requireWork(options?.work)
    return this.#whenReady(this.#engine).evaluate(requests, options)
  }

  async search(job: SearchJob, span: NonceSpan, options?: SearchOptions): Promise<SearchResult> {
    this.#requireWork(job.work)
    return this.#whenReady(this.#searcher).search(job, span, options)
  }

  /** A fork may ask for another model than the one that was loaded: this node can't decide then, and never guesses. */
  #requireWork(asked: AskedWork | undefined): void {
    const work = this.#work
    if (asked === undefined || work === undefined) return
    if (equalBytes(asked.modelSha256, work.modelSha256) && asked.domain === work.domain) return
    throw new EngineError('INFERENCE_NOT_RUNNING', 'a fork has brought another model than the one that is loaded', {
      expected: `${bytesToHex(asked.modelSha256)} in ${asked.domain}`,
      actual: `${bytesToHex(work.modelSha256)} in ${work.domain}`,
      hint: 'start the node again: it loads the model of the next block',
    })
  }

  #whenReady<Part>(part: Part | undefined): Part {
    if (part !== undefined && this.#state === 'ready') return part
    throw new EngineError('INFERENCE_NOT_RUNNING', 'this node does not judge work now', {
      actual: this.#reason?.message ?? this.#state,
      ...defined({ hint: this.#reason?.hint }),
      cause: this.#reason,
    })
  }

  async #start(): Promise<void> {
    const { params, installation, nextBlock = () => 1n } = this.#options
    const rules = rulesAt(params, nextBlock())
    this.#work = rules.work
    const { logger, findSetup = setUpEngine, createEngine = this.#createEngine } = this.#dependencies
    const setup = await findSetup(installation, rules)
    if (this.#isStopped()) return
    const { model, domain, vectors, fingerprints } = setup
    logger.info('Loading the model', { model: model.name, domain: domain.name, workers: this.#options.workers })
    this.#engine = createEngine(setup, (event) => this.#onEvent(event))
    this.#searcher = createSearcher(this.#engine, this.#dependencies)
    await this.#engine.start()
    this.#become('self-test')
    const run = wordsOfEngine(this.#engine)
    const began = performance.now()
    await checkVectors(run, vectors).catch(async (error: unknown) => {
      // Says which domain this machine is in, if it is a known one.
      if (isMismatch(error)) await requireMachineDomain(run, vectors, fingerprints)
      throw error
    })
    await this.#checkEdges(setup)
    if (this.#isStopped()) return
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    const engine = this.#engine.status.model?.systemInfo
    logger.info('Self-test passed', { exams: allExams(vectors).length, domain: domain.name, engine, seconds })
    if (this.#options.program === 'llama' && this.#engine.status.program !== 'llama.cpp') {
      logger.info('llama.cpp is not built: another engine serves until it is', { hint: 'poai engine build --llama' })
    }
    this.#become('ready')
    this.#ready.resolve()
  }

  /**
   * Checks that the program that runs the network's model gets right what that model hardly ever asks for: equal
   * maxima, the limits of exp, and so on.
   */
  async #checkEdges({ domain, edges }: EngineSetup): Promise<void> {
    if (edges === undefined || this.#isStopped()) return
    const { installation, niceness, program = 'auto' } = this.#options
    const { modelPath, vectors } = edges
    const isBuilt = this.#engine?.status.program === 'llama.cpp'
    const engine = createDomainEngine(
      installation,
      { modelPath, domain, contextSize: vectors.contextSize },
      { workers: 1, niceness, program: program === 'llama' && !isBuilt ? 'auto' : program },
    )
    this.#edgesEngine = engine
    try {
      await engine.start()
      await checkVectors(wordsOfEngine(engine), vectors)
    } finally {
      await engine.stop()
    }
  }

  readonly #createEngine = (
    { model, domain, vectors }: EngineSetup,
    onEvent: (event: EngineEvent) => void,
  ): InferenceEngine => {
    const { contextSize, maxSequences } = vectors
    const { installation, workers, program = 'auto', niceness } = this.#options
    return createDomainEngine(
      installation,
      { modelPath: model.path, domain, contextSize, maxSequences },
      // A compiler that ran beside the self-test would hold up the first block.
      { workers, program, niceness, vectors, improves: true, mayImprove: this.#ready.promise, onEvent },
    )
  }

  #onEvent(event: EngineEvent): void {
    const { logger } = this.#dependencies
    switch (event.kind) {
      case 'worker-ready':
        logger.debug('An engine worker is ready', { pid: event.pid })
        return
      case 'worker-crashed':
        logger.warn('An engine worker died', { error: event.error })
        return
      case 'engine-swapped':
        logger.info('The engine goes on with another program', { from: event.from, to: event.to })
        return
      case 'program-unavailable':
        logger.info('An engine cannot be used on this machine: another one serves', { error: event.error })
        return
      case 'worker-retired':
        logger.error('An engine worker is out of service', { error: event.error })
        // No worker is left, and none will come back.
        if (this.#state === 'ready' && this.#engine?.status.state === 'failed') this.#abstain(event.error)
    }
  }

  #abstain(reason: AppError): void {
    this.#reason = reason
    this.#dependencies.logger.error('This node abstains: it neither mines nor judges blocks', { error: reason })
    this.#become('abstaining')
  }

  #become(state: EngineServiceState): void {
    if (this.#isStopped()) return
    this.#state = state
    this.#changes.emit(this.status)
  }

  #isStopped(): boolean {
    return this.#state === 'stopped'
  }
}

function isMismatch(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'INFERENCE_DOMAIN_MISMATCH'
}

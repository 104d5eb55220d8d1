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
  type Logger,
  type Startable,
  type Subscribe,
} from '@poai/core'
import {
  allExams,
  checkVectors,
  EngineError,
  type EngineEvent,
  type EngineStatus,
  type GenerateOptions,
  type Generation,
  type GenerationRequest,
  type InferenceEngine,
  type PortableProgram,
  requireMachineDomain,
  wordsOfEngine,
} from '@poai/inference'
import { createSearcher } from '@poai/miner'
import { createDomainEngine } from './domain-engine.ts'
import { type EngineSetup, isModelOf, type ModelPin, setUpEngine } from './engine-setup.ts'
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

/** A model of the network on this machine, or the reason why there is none. */
export interface EngineService extends Startable, ExamEvaluator, AttemptSearcher, Generator {
  readonly status: EngineServiceStatus
  readonly onChange: Subscribe<EngineServiceStatus>
}

export interface EngineServiceOptions {
  /** Which model that is; asked when the service starts. */
  readonly pin: () => ModelPin
  readonly installation: Installation
  readonly workers: number
  /** What runs the model, if the domain leaves a choice. Default `auto`. */
  readonly program?: PortableProgram
  /** How far the workers yield to this process: their nice value. */
  readonly niceness: number
  /** What the log says where it abstains. Default: that the node does. */
  readonly abstains?: string
}

/** Goes on with a prompt, token by token. */
export interface Generator {
  generate(request: GenerationRequest, options?: GenerateOptions): Promise<Generation>
}

/** How an engine is found and made. */
export interface EngineMaker {
  /** Default: {@link setUpEngine}. */
  readonly findSetup?: (installation: Installation, rules: { readonly work: ModelPin }) => Promise<EngineSetup>
  /** Default: the engine of the domain. */
  readonly createEngine?: (setup: EngineSetup, onEvent: (event: EngineEvent) => void) => InferenceEngine
}

/** What the service needs, and nothing more. */
export interface EngineServiceDependencies extends EngineMaker {
  readonly clock: Clock
  readonly logger: Logger
}

/** How long a service that abstains waits until it looks whether what was missing is there. */
export const RETRY_MS = 30_000

const ABSTAINS = 'This node abstains: it neither mines nor judges blocks'

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
  #pin: ModelPin | undefined
  readonly #stopping = new AbortController()

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
    try {
      await this.#start()
    } catch (error) {
      if (this.#isStopped()) return
      const isExpected = error instanceof AppError
      await this.#engine?.stop()
      // In any case, so that nobody waits for it.
      this.#abstain(isExpected ? error : unexpected(error))
      if (!isExpected) throw error
    }
  }

  async stop(): Promise<void> {
    this.#become('stopped')
    this.#stopping.abort()
    await Promise.all([this.#engine?.stop(), this.#edgesEngine?.stop()])
  }

  async evaluate(requests: readonly ExamRequest[], options?: EvaluateExamsOptions): Promise<readonly ExamEvaluation[]> {
    this.#requireWork(options?.work)
    return this.#whenReady(this.#engine).evaluate(requests, options)
  }

  async generate(request: GenerationRequest, options?: GenerateOptions): Promise<Generation> {
    return this.#whenReady(this.#engine).generate(request, options)
  }

  async search(job: SearchJob, span: NonceSpan, options?: SearchOptions): Promise<SearchResult> {
    this.#requireWork(job.work)
    return this.#whenReady(this.#searcher).search(job, span, options)
  }

  /** Another model has other bits: nothing is decided by them. */
  #requireWork(asked: AskedWork | undefined): void {
    const pin = this.#pin
    if (asked === undefined || pin === undefined || isModelOf(asked, pin)) return
    throw new EngineError('INFERENCE_NOT_RUNNING', 'another model is asked for than the one that is loaded', {
      expected: `${bytesToHex(asked.modelSha256)} in ${asked.domain}`,
      actual: `${bytesToHex(pin.modelSha256)} in ${pin.domain}`,
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
    const { pin, installation } = this.#options
    this.#become('starting')
    this.#pin = pin()
    const { logger, findSetup = setUpEngine, createEngine = this.#createEngine } = this.#dependencies
    const setup = await findSetup(installation, { work: this.#pin })
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
    this.#reason = undefined
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
    const { logger } = this.#dependencies
    // An attempt to start that failed in the same way again is no news.
    const level = reason.message === this.#reason?.message ? 'debug' : 'error'
    this.#reason = reason
    logger[level](this.#options.abstains ?? ABSTAINS, { error: reason })
    this.#become('abstaining')
    if (!isMismatch(reason)) void this.#tryAgain()
  }

  /** What was missing may have come: a model that was pulled, memory, a program. Other bits stay what they are. */
  async #tryAgain(): Promise<void> {
    try {
      await this.#dependencies.clock.sleep(RETRY_MS, this.#stopping.signal)
      await this.#engine?.stop()
      await this.start()
    } catch (error) {
      if (!this.#isStopped()) this.#dependencies.logger.error('The engine could not be started again', { error })
    }
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

function unexpected(cause: unknown): EngineError {
  return new EngineError('INFERENCE_START_FAILED', 'the engine could not be started', { actual: String(cause), cause })
}

function isMismatch(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'INFERENCE_DOMAIN_MISMATCH'
}

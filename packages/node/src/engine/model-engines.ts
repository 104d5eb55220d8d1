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
  bytesToHex,
  type CallableModel,
  type NetworkParams,
  rulesAt,
  rulesOf,
  type Startable,
  type Subscribe,
} from '@poai/core'
import { EngineError, type GenerateOptions, type Generation, type GenerationRequest } from '@poai/inference'
import {
  createEngineService,
  type EngineService,
  type EngineServiceDependencies,
  type EngineServiceOptions,
  type EngineServiceStatus,
} from './engine-service.ts'
import { isModelOf, type ModelPin, modelPinsOf } from './engine-setup.ts'

/** A model that contracts may call, and what became of it on this machine. */
export interface CallableStatus extends EngineServiceStatus {
  readonly name: string
}

/**
 * Every model that the network's rules name, on this machine. The one that blocks are mined with is loaded when the
 * node starts, those that contracts may call right after it, and those of other heights when they are asked for.
 */
export interface ModelEngines extends Startable, ExamEvaluator, AttemptSearcher {
  /** Of the model that blocks are mined with. */
  readonly status: EngineServiceStatus
  readonly onChange: Subscribe<EngineServiceStatus>
  /** Of the models that contracts may call in the next block. */
  callable(): readonly CallableStatus[]
  generate(model: AskedWork, request: GenerationRequest, options?: GenerateOptions): Promise<Generation>
}

export interface ModelEnginesOptions extends Omit<EngineServiceOptions, 'pin' | 'abstains'> {
  readonly params: NetworkParams
  /** The number of the block that comes next. Default: block 1. */
  readonly nextBlock?: () => bigint
}

/** Who waits for a model, and how long. */
type Waiting = Pick<GenerateOptions, 'priority' | 'signal'>

/** Workers for a model that nothing is mined with: contracts wait for one answer after another anyway. */
const CALLABLE_WORKERS = 1

/** Makes the engines of a node; none is started yet. */
export function createModelEngines(
  options: ModelEnginesOptions,
  dependencies: EngineServiceDependencies,
): ModelEngines {
  return new EveryModel(options, dependencies)
}

class EveryModel implements ModelEngines {
  readonly #options: ModelEnginesOptions
  readonly #dependencies: EngineServiceDependencies
  readonly #pins: readonly ModelPin[]
  readonly #main: EngineService
  readonly #others = new Map<ModelPin, EngineService>()
  #isStopped = false

  constructor(options: ModelEnginesOptions, dependencies: EngineServiceDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#pins = modelPinsOf(options.params)
    this.#main = createEngineService({ ...options, pin: () => this.#mined() }, dependencies)
  }

  get status(): EngineServiceStatus {
    return this.#main.status
  }

  get onChange(): Subscribe<EngineServiceStatus> {
    return this.#main.onChange
  }

  async start(): Promise<void> {
    this.#mainPin = this.#mined()
    await this.#main.start()
    for (const { sha256, domain } of this.#callable()) this.#of({ modelSha256: sha256, domain })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all([this.#main, ...this.#others.values()].map((service) => service.stop()))
  }

  callable(): readonly CallableStatus[] {
    return this.#callable().map(({ name, sha256, domain }) => {
      const pin = this.#pinOf({ modelSha256: sha256, domain })
      const { state, reason, engine } = this.#known(pin)?.status ?? NOT_STARTED
      return { name, state, reason, engine }
    })
  }

  async evaluate(requests: readonly ExamRequest[], options?: EvaluateExamsOptions): Promise<readonly ExamEvaluation[]> {
    return (await this.#loaded(options?.work, options)).evaluate(requests, options)
  }

  async search(job: SearchJob, span: NonceSpan, options?: SearchOptions): Promise<SearchResult> {
    return (await this.#loaded(job.work, options)).search(job, span, options)
  }

  async generate(model: AskedWork, request: GenerationRequest, options?: GenerateOptions): Promise<Generation> {
    return (await this.#loaded(model, options)).generate(request, options)
  }

  /** The main service's, from its start on. */
  #mainPin: ModelPin | undefined

  /** What the next block is mined with. */
  #mined(): ModelPin {
    const { params, nextBlock = () => 1n } = this.#options
    const { work } = rulesAt(params, nextBlock())
    return this.#pinOf(work)
  }

  #callable(): readonly CallableModel[] {
    const { params, nextBlock = () => 1n } = this.#options
    return rulesAt(params, nextBlock()).inference?.models ?? []
  }

  #pinOf(asked: AskedWork): ModelPin {
    const pin = this.#pins.find((candidate) => isModelOf(asked, candidate))
    if (pin !== undefined) return pin
    throw new EngineError('INFERENCE_NOT_RUNNING', 'no rule of this network names that model', {
      expected: this.#pins.map(({ model }) => model).join(', '),
      actual: `${bytesToHex(asked.modelSha256)} in ${asked.domain}`,
    })
  }

  #known(pin: ModelPin): EngineService | undefined {
    return pin === this.#mainPin ? this.#main : this.#others.get(pin)
  }

  /**
   * The engine of a model, once it has been loaded or has failed to. The main one is not waited for, and a block that
   * is being built waits for none: it can do without.
   */
  async #loaded(asked: AskedWork | undefined, options: Waiting = {}): Promise<EngineService> {
    const service = this.#of(asked)
    if (service !== this.#main && options.priority !== 'build') await settled(service, options.signal)
    return service
  }

  /** The engine of a model, which is started if it was not asked for before. */
  #of(asked: AskedWork | undefined): EngineService {
    if (asked === undefined || this.#isStopped) return this.#main
    const pin = this.#pinOf(asked)
    const known = this.#known(pin)
    if (known !== undefined) return known
    const isMined = rulesOf(this.#options.params).some(({ work }) => isModelOf(work, pin))
    const service = createEngineService(
      {
        ...this.#options,
        pin: () => pin,
        workers: isMined ? this.#options.workers : CALLABLE_WORKERS,
        abstains: `The model ${pin.model} cannot be used: blocks that need it are not judged`,
      },
      this.#dependencies,
    )
    this.#others.set(pin, service)
    service.start().catch((error: unknown) => {
      this.#dependencies.logger.error('An engine could not be started', { model: pin.model, error })
    })
    return service
  }
}

/** Resolves once the service has begun to serve or cannot. Rejects with the signal's reason. */
async function settled(service: EngineService, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  if (!isLoading(service.status)) return
  const change = Promise.withResolvers<void>()
  const abort = (): void => change.reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  const unsubscribe = service.onChange((status) => {
    if (!isLoading(status)) change.resolve()
  })
  try {
    await change.promise
  } finally {
    unsubscribe()
    signal?.removeEventListener('abort', abort)
  }
}

function isLoading({ state }: EngineServiceStatus): boolean {
  return state === 'new' || state === 'starting' || state === 'self-test'
}

const NOT_STARTED: EngineServiceStatus = { state: 'new', reason: undefined, engine: undefined }

import type { AskedWork, ExamEvaluator } from '@poai/consensus'
import { bytesToHex, type NetworkParams } from '@poai/core'
import { EngineError, type InferenceEngine, withEngine } from '@poai/inference'
import { type Installation, isModelOf, modelPinsOf } from '@poai/node'
import { setUpNetworkEngine } from './set-up-network-engine.ts'

/** A network, where its models are, and the engine of the one that its first block was mined with. */
export interface NetworkModels {
  readonly installation: Installation
  readonly params: NetworkParams
  /** Not yet started. */
  readonly engine: InferenceEngine
}

/** Every model that a network's rules name. */
export interface EveryModel {
  /** Answers while `run` runs. */
  readonly evaluator: ExamEvaluator
  /**
   * Runs `work` with the engine of the first model started, and those of the others as they are asked for; stops all
   * of them whatever happens.
   */
  run<T>(work: () => Promise<T>): Promise<T>
}

/** Engines of a network for one command, which `signal` ends. */
export function createEveryModel(models: NetworkModels, signal: AbortSignal): EveryModel {
  const others = new OtherModels(models, signal)
  return {
    evaluator: {
      evaluate: async (requests, options) => {
        const engine = await others.engineOf(options?.work)
        return engine.evaluate(requests, options)
      },
    },
    run: async (work) => {
      try {
        return await withEngine(models.engine, signal, work)
      } finally {
        await others.stop()
      }
    },
  }
}

class OtherModels {
  readonly #models: NetworkModels
  readonly #signal: AbortSignal
  readonly #engines = new Map<string, Promise<InferenceEngine>>()

  constructor(models: NetworkModels, signal: AbortSignal) {
    this.#models = models
    this.#signal = signal
  }

  async engineOf(asked: AskedWork | undefined): Promise<InferenceEngine> {
    const { engine, params } = this.#models
    if (asked === undefined || isModelOf(asked, params.work)) return engine
    const name = `${bytesToHex(asked.modelSha256)} ${asked.domain}`
    const known = this.#engines.get(name)
    if (known !== undefined) return known
    const started = this.#start(asked)
    this.#engines.set(name, started)
    return started
  }

  async #start(asked: AskedWork): Promise<InferenceEngine> {
    const { installation, params } = this.#models
    const pin = modelPinsOf(params).find((candidate) => isModelOf(asked, candidate))
    if (pin === undefined) {
      throw new EngineError('INFERENCE_NOT_RUNNING', 'no rule of this network names that model', {
        actual: `${bytesToHex(asked.modelSha256)} in ${asked.domain}`,
      })
    }
    const { engine } = await setUpNetworkEngine(installation, { work: pin }, { workers: 1 })
    this.#signal.throwIfAborted()
    await engine.start()
    return engine
  }

  async stop(): Promise<void> {
    const engines = await Promise.allSettled(this.#engines.values())
    await Promise.all(engines.map((engine) => (engine.status === 'fulfilled' ? engine.value.stop() : undefined)))
  }
}

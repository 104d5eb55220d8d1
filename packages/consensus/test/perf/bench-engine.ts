import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createLlamaEngine, DEFAULT_DOMAIN_NAME, findDomain, type InferenceEngine } from '@poai/inference'
import { SMALL_SYNTHETIC_LLAMA, writeSyntheticLlama } from '../../../inference/src/gguf/synthetic-llama.ts'

/** The model that the built-in networks work with. */
const EMBEDDED_MODEL = join(import.meta.dirname, '../../../../models/quiz-1/quiz-1.Q8_0.gguf')

/** A started engine with one worker, and what is behind it. */
export interface BenchEngine {
  readonly engine: InferenceEngine
  readonly modelName: string
  close(): Promise<void>
}

/** How a bench wants its engine. */
export interface BenchEngineOptions {
  /** Name of the determinism domain. */
  readonly domain?: string
  /** Exams decoded together. */
  readonly maxSequences?: number
}

/**
 * Starts an engine with the named model file, else the embedded model, else (where that is not there) a model of random weights
 * of the same shape.
 */
export async function openBenchEngine(path?: string, options: BenchEngineOptions = {}): Promise<BenchEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-bench-'))
  const known = path ?? (existsSync(EMBEDDED_MODEL) ? EMBEDDED_MODEL : undefined)
  const modelPath = known ?? join(folder, 'synthetic.gguf')
  if (known === undefined) {
    const shape = { layers: 6, width: 128, heads: 4, kvHeads: 4, feedForward: 384, contextLength: 256, tied: true }
    await writeSyntheticLlama(modelPath, { ...SMALL_SYNTHETIC_LLAMA, ...shape })
  }
  const build = findDomain(options.domain ?? DEFAULT_DOMAIN_NAME)?.build
  if (build === undefined) throw new RangeError(`no domain ${options.domain}`)
  const { maxSequences = 1 } = options
  const cacheDirectory = join(folder, 'cache')
  const engine = createLlamaEngine({ build, modelPath, cacheDirectory, maxSequences, workers: 1, batchRequests: 16 })
  await engine.start()
  return {
    engine,
    modelName: basename(modelPath),
    close: async () => {
      await engine.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

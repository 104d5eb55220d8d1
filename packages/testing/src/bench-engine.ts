import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type Exam, type ExamEvaluation, examToRequest } from '@poai/consensus'
import { createLlamaEngine, createPortableEngine, findDomain, type InferenceEngine } from '@poai/inference'
import { SMALL_SYNTHETIC_LLAMA, writeSyntheticLlama } from '@poai/inference/gguf'

/** The model that the built-in networks work with. */
const EMBEDDED_MODEL = join(import.meta.dirname, '../../../models/quiz-1/quiz-1.Q8_0.gguf')

/** A started engine, and the model that it runs. */
export interface BenchEngine {
  readonly engine: InferenceEngine
  readonly modelName: string
  readonly modelPath: string
  /** CPU seconds that the workers have used; those of this whole process where workers are its threads. */
  workerCpuSeconds(): number
  /** Answers in the order of the exams, in calls that the engine takes. */
  evaluate(exams: readonly Exam[]): Promise<readonly ExamEvaluation[]>
  close(): Promise<void>
}

/** The domain of llama.cpp as it is packaged. */
const PACKAGED_DOMAIN_NAME = 'x64-avx2'

/** The programs that a bench can run the model with. */
export const BENCH_PROGRAMS = ['native', 'wasm', 'llama'] as const

export type BenchProgram = (typeof BENCH_PROGRAMS)[number]

/** The engine that a bench asks for. */
export interface BenchEngineOptions {
  /** Default `wasm`, which every machine runs. It and `native` compute the domain `portable-1` and no other. */
  readonly program?: BenchProgram
  /**
   * Name of the determinism domain, for `llama`, which a name chooses too. Default: one with nothing to compile first.
   */
  readonly domain?: string
  /** Exams decoded together. */
  readonly maxSequences?: number
  /** Default 1. */
  readonly workers?: number
  /** Requests in one message to a worker. Default 16. */
  readonly batchRequests?: number
  /** Of the workers. Default 0. */
  readonly niceness?: number
}

/**
 * Starts an engine with the named model file, else the embedded model, else (where that is not there) a model of random
 * weights of the same shape.
 */
export async function openBenchEngine(path?: string, options: BenchEngineOptions = {}): Promise<BenchEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-bench-'))
  const known = path ?? (existsSync(EMBEDDED_MODEL) ? EMBEDDED_MODEL : undefined)
  const modelPath = known ?? join(folder, 'synthetic.gguf')
  if (known === undefined) {
    const shape = { layers: 6, width: 128, heads: 4, kvHeads: 4, feedForward: 384, contextLength: 256, tied: true }
    await writeSyntheticLlama(modelPath, { ...SMALL_SYNTHETIC_LLAMA, ...shape })
  }
  const { domain = PACKAGED_DOMAIN_NAME, maxSequences = 1, workers = 1, batchRequests = 16, niceness = 0 } = options
  const { program = options.domain === undefined ? 'wasm' : 'llama' } = options
  const build = findDomain(domain)?.build
  if (build === undefined) throw new RangeError(`no domain ${domain}`)
  const shared = { modelPath, cacheDirectory: join(folder, 'cache'), workers, batchRequests, niceness }
  const engine =
    program === 'llama'
      ? createLlamaEngine({ ...shared, build, maxSequences })
      : createPortableEngine({ ...shared, program })
  await engine.start()
  return {
    engine,
    modelName: basename(modelPath),
    modelPath,
    workerCpuSeconds: () => cpuSecondsOf(engine),
    evaluate: (exams) => evaluateInCalls(engine, exams),
    close: async () => {
      await engine.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Exams in one call: within what an engine takes. */
const CALL = 256

async function evaluateInCalls(engine: InferenceEngine, exams: readonly Exam[]): Promise<readonly ExamEvaluation[]> {
  const evaluations: ExamEvaluation[] = []
  for (let at = 0; at < exams.length; at += CALL) {
    evaluations.push(...(await engine.evaluate(exams.slice(at, at + CALL).map(examToRequest))))
  }
  return evaluations
}

/** Clock ticks a second in the kernel's accounts, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

function cpuSecondsOf({ status }: InferenceEngine): number {
  if (status.program === 'wasm') {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  }
  return status.workers.reduce((sum, { pid }) => sum + cpuSecondsOfProcess(pid ?? 0), 0)
}

function cpuSecondsOfProcess(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

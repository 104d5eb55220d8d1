import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'
import { EngineError } from './engine-error.ts'
import { wordsPerPosition } from './evaluation.ts'
import { floatToBits } from './float-bits.ts'
import type { EngineModel, EvaluationRequest } from './inference-engine.ts'
import type { LocatedBuild } from './llama-build.ts'
import { checkLoadedModules, loadPinnedBackend } from './load-pinned-backend.ts'

/** What a process needs to know to evaluate with one model. */
export interface SessionOptions {
  readonly build: LocatedBuild
  readonly modelPath: string
  /** Fed tokens that fit into one sequence. */
  readonly contextSize: number
  /** Sequences of one context that are decoded together; 1 is the canonical shape. */
  readonly maxSequences: number
}

/** A loaded model with its context, in this process. */
export interface LlamaSession {
  readonly model: EngineModel
  /** The words of each request's evaluation. One call at a time. */
  evaluate(requests: readonly EvaluationRequest[]): Promise<readonly Uint32Array[]>
}

/** A context always keeps this many cells free of fed tokens: the binding shifts the context when the last is taken. */
const RESERVED_CELLS = 1

/**
 * One llama thread to a process. (Measured: two on busy cores fall from 100 to 1 evaluation a second, since ggml
 * spins at its barriers; more processes are the way to use more cores.)
 */
const THREADS = 1

/** Loads the pinned build and the model. Everything that could change a bit or depend on the machine is said explicitly. */
export async function openLlamaSession(options: SessionOptions): Promise<LlamaSession> {
  loadPinnedBackend(options.build)
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp')
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    usePrebuiltBinaries: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
    maxThreads: THREADS,
    numa: false,
    debug: false,
  })
  checkLoadedModules(options.build)
  const cells = options.contextSize + RESERVED_CELLS
  const model = await llama.loadModel({
    modelPath: options.modelPath,
    gpuLayers: 0,
    useMmap: true,
    useMlock: false,
    checkTensors: true,
    defaultContextFlashAttention: false,
    ignoreMemorySafetyChecks: true,
  })
  const context = await model.createContext({
    contextSize: cells,
    batchSize: cells * options.maxSequences,
    sequences: options.maxSequences,
    threads: { ideal: THREADS, min: THREADS },
    flashAttention: false,
    swaFullCache: true,
    performanceTracking: false,
    failedCreationRemedy: false,
    ignoreMemorySafetyChecks: true,
  })
  const sequences = Array.from({ length: options.maxSequences }, () => context.getSequence())
  return {
    model: {
      vocabularySize: readVocabularySize(model),
      contextSize: options.contextSize,
      systemInfo: llama.systemInfo,
    },
    evaluate: (requests) => evaluateInGroups(sequences, requests),
  }
}

function readVocabularySize(model: LlamaModel): number {
  const size = model.fileInfo.metadata.tokenizer?.ggml?.tokens?.length
  if (size === undefined || size === 0) {
    throw new EngineError('INFERENCE_START_FAILED', 'The model file has no vocabulary')
  }
  return size
}

/** As many requests together as there are sequences, each in a sequence without history. */
async function evaluateInGroups(
  sequences: readonly LlamaContextSequence[],
  requests: readonly EvaluationRequest[],
): Promise<readonly Uint32Array[]> {
  const evaluations: Uint32Array[] = []
  for (let start = 0; start < requests.length; start += sequences.length) {
    const group = requests.slice(start, start + sequences.length)
    await Promise.all(sequences.map((sequence) => sequence.clearHistory()))
    const words = await Promise.all(
      group.map((request, index) => evaluateOne(sequences[index] as LlamaContextSequence, request)),
    )
    evaluations.push(...words)
  }
  return evaluations
}

/**
 * One decode of all fed tokens. Without sampling options the binding's greedy sampler leaves the candidates in order of
 * token id, and `filter` keeps them so: the total weight is then the sum in that order, in binary32, of
 * `expf(logit - maximum)`. (`logits: true` would sort first, sum in another order, and copy the vocabulary into JavaScript.)
 */
async function evaluateOne(sequence: LlamaContextSequence, request: EvaluationRequest): Promise<Uint32Array> {
  const { tokens, positions, probes } = request
  const input: Parameters<LlamaContextSequence['controlledEvaluate']>[0] = Array.from(
    tokens.subarray(0, -1),
    (token) => token as Token,
  )
  for (const position of positions) {
    const wanted = [tokens[position] as Token, ...(probes as Iterable<number> as Iterable<Token>)]
    input[position - 1] = [
      tokens[position - 1] as Token,
      {
        generateNext: {
          token: true,
          logits: { filter: { tokens: [...new Set(wanted)], includeSelected: true } },
          totalLogitWeight: true,
        },
      },
    ]
  }
  const output = await sequence.controlledEvaluate(input)
  const words = new Uint32Array(positions.length * wordsPerPosition(probes.length))
  let offset = 0
  for (const position of positions) {
    const next = output[position - 1]?.next
    if (next === undefined)
      throw new EngineError('INFERENCE_WORKER_FAILED', `llama.cpp gave nothing at position ${position}`)
    offset = writePosition(words, offset, { next, answer: tokens[position] as number, probes })
  }
  return words
}

/** What the binding says about one position. */
interface NextToken {
  readonly token?: number | null
  readonly logits?: ReadonlyMap<number, number>
  readonly totalLogitWeight?: number
}

interface PositionSource {
  readonly next: NextToken
  readonly answer: number
  readonly probes: Uint32Array
}

/** Writes one position's words at `offset` and returns the offset after them. */
function writePosition(words: Uint32Array, offset: number, { next, answer, probes }: PositionSource): number {
  const argMax = next.token
  if (argMax === undefined || argMax === null || next.totalLogitWeight === undefined) {
    throw new EngineError('INFERENCE_WORKER_FAILED', 'llama.cpp gave no token or no total weight')
  }
  let at = offset
  words[at++] = readLogit(next, answer)
  words[at++] = readLogit(next, argMax)
  words[at++] = floatToBits(next.totalLogitWeight)
  words[at++] = argMax
  for (const probe of probes) words[at++] = readLogit(next, probe)
  return at
}

function readLogit(next: NextToken, token: number): number {
  const logit = next.logits?.get(token)
  if (logit === undefined) throw new EngineError('INFERENCE_WORKER_FAILED', `llama.cpp gave no logit of token ${token}`)
  return floatToBits(logit)
}

import { pathToFileURL } from 'node:url'
import type * as NodeLlamaCpp from 'node-llama-cpp'
import type { LlamaContext, LlamaContextSequence, LlamaModel } from 'node-llama-cpp'
import { ConfirmedGeneration } from './confirmed-generation.ts'
import { EngineError } from './engine-error.ts'
import { createSequenceReader, type SequenceReader } from './evaluate-sequence.ts'
import type { EngineModel, EvaluationRequest } from './inference-engine.ts'
import type { LocatedBuild } from './llama-build.ts'
import { LlamaGeneration, type RunSlice } from './llama-generation.ts'
import { checkLoadedModules, loadPinnedBackend } from './load-pinned-backend.ts'
import type { SessionOptions } from './session-options.ts'

/** The same for a process that runs llama.cpp. */
export interface LlamaSessionOptions extends SessionOptions {
  readonly build: LocatedBuild
  /** Sequences of one context that are decoded together; 1 is the canonical shape. */
  readonly maxSequences: number
}

/** A loaded model with its context, in this process. */
export interface EngineSession {
  readonly model: EngineModel
  /** The words of each request's evaluation. One call at a time. */
  evaluate(requests: readonly EvaluationRequest[]): Promise<readonly Uint32Array[]>
  /** No evaluation meanwhile. */
  readonly generate: RunSlice
}

/** A context always keeps this many cells free of fed tokens: the binding shifts the context when the last is taken. */
const RESERVED_CELLS = 1

/**
 * One llama thread per process. (Measured: two on busy cores fall from 100 to 1 evaluation a second, since ggml
 * spins at its barriers; more processes are the way to use more cores.)
 */
const THREADS = 1

/**
 * Loads the pinned build and the model. Everything that could change a bit or depend on the machine is set explicitly.
 */
export async function openLlamaSession(options: LlamaSessionOptions): Promise<EngineSession> {
  loadPinnedBackend(options.build)
  const { getLlama, LlamaLogLevel } = await importBinding(options.build)
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
  const openContext = (count: number): Promise<LlamaContext> =>
    model.createContext({
      contextSize: cells,
      batchSize: cells * count,
      sequences: count,
      threads: { ideal: THREADS, min: THREADS },
      flashAttention: false,
      swaFullCache: true,
      performanceTracking: false,
      failedCreationRemedy: false,
      ignoreMemorySafetyChecks: true,
    })
  const context = await openContext(options.maxSequences)
  const vocabularySize = readVocabularySize(model)
  const reader = createSequenceReader(options.build.kind, vocabularySize)
  const sequences = Array.from({ length: options.maxSequences }, () => context.getSequence())
  // A context of its own: evaluations keep the shape that their bits depend on, and generations what they have fed.
  const drawing = new LlamaGeneration(reader, async () => (await openContext(1)).getSequence())
  const draw: RunSlice = (...call) => drawing.run(...call)
  const evaluateOne = async (request: EvaluationRequest): Promise<Uint32Array> =>
    (await evaluateInGroups(reader, sequences, [request]))[0] ?? new Uint32Array()
  const confirmed = new ConfirmedGeneration(draw, evaluateOne)
  return {
    model: { vocabularySize, contextSize: options.contextSize, systemInfo: llama.systemInfo },
    evaluate: (requests) => evaluateInGroups(reader, sequences, requests),
    generate: options.build.kind === 'portable' ? draw : (...call) => confirmed.run(...call),
  }
}

/** By path: it may be in the user's cache, where the package's name does not resolve. */
async function importBinding({ bindingEntry }: LocatedBuild): Promise<typeof NodeLlamaCpp> {
  return await import(pathToFileURL(bindingEntry).href)
}

function readVocabularySize(model: LlamaModel): number {
  const size = model.fileInfo.metadata.tokenizer?.ggml?.tokens?.length
  if (size === undefined || size === 0) {
    throw new EngineError('INFERENCE_START_FAILED', 'The model file has no vocabulary')
  }
  return size
}

/** Evaluates as many requests together as there are sequences, each in a sequence without history. */
async function evaluateInGroups(
  reader: SequenceReader,
  sequences: readonly LlamaContextSequence[],
  requests: readonly EvaluationRequest[],
): Promise<readonly Uint32Array[]> {
  const evaluations: Uint32Array[] = []
  for (let start = 0; start < requests.length; start += sequences.length) {
    const group = requests.slice(start, start + sequences.length)
    await Promise.all(sequences.map((sequence) => sequence.clearHistory()))
    const words = await Promise.all(
      group.map((request, index) => reader.evaluate(sequences[index] as LlamaContextSequence, request)),
    )
    evaluations.push(...words)
  }
  return evaluations
}

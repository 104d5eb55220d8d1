// Child of determinism.bench.ts: evaluates exams in shapes that the engine never uses, and answers with their words.
import { getLlama, type LlamaContextSequence, LlamaLogLevel, type Token } from 'node-llama-cpp'
import { createSequenceReader, type SequenceReader } from '../../src/engine/evaluate-sequence.ts'
import type { EvaluationRequest } from '../../src/engine/inference-engine.ts'
import type { LocatedBuild } from '../../src/engine/llama-build.ts'
import { loadPinnedBackend } from '../../src/engine/load-pinned-backend.ts'
import { decodeBatch, encodeResults } from '../../src/engine/worker-protocol.ts'

/** How the exams are brought to the model. */
export type Schedule =
  /** One after the other, each in one decode. */
  | { readonly kind: 'alone' }
  /** So many side by side in one context. */
  | { readonly kind: 'together'; readonly sequences: number }
  /** Each exam's tokens in several decodes of so many. */
  | { readonly kind: 'chunks'; readonly tokens: number }
  /** Each exam twice; the second time its first tokens are left in the cache and only the rest is fed. */
  | { readonly kind: 'kept-prefix'; readonly tokens: number }

export interface ProbeOptions {
  readonly build: LocatedBuild
  readonly modelPath: string
  readonly threads: number
  readonly batchSize: number
  readonly flashAttention: boolean
  readonly schedule: Schedule
}

/** The byte vocabulary. */
const VOCABULARY_SIZE = 259

let reader: SequenceReader | undefined

process.once('message', async (options: ProbeOptions) => {
  reader = createSequenceReader(options.build.kind, VOCABULARY_SIZE)
  const sequences = await openSequences(options)
  process.on('message', async (words: Uint32Array) => {
    process.send?.(encodeResults(await run(sequences, decodeBatch(words), options.schedule)))
  })
  process.send?.('ready')
})
process.on('disconnect', () => process.exit(0))

async function openSequences(options: ProbeOptions): Promise<readonly LlamaContextSequence[]> {
  loadPinnedBackend(options.build)
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
    maxThreads: options.threads,
  })
  const model = await llama.loadModel({ modelPath: options.modelPath, gpuLayers: 0, ignoreMemorySafetyChecks: true })
  const count = options.schedule.kind === 'together' ? options.schedule.sequences : 1
  const context = await model.createContext({
    contextSize: 256,
    batchSize: options.batchSize * count,
    sequences: count,
    threads: { ideal: options.threads, min: options.threads },
    flashAttention: options.flashAttention,
    ignoreMemorySafetyChecks: true,
  })
  return Array.from({ length: count }, () => context.getSequence())
}

async function run(
  sequences: readonly LlamaContextSequence[],
  requests: readonly EvaluationRequest[],
  schedule: Schedule,
): Promise<readonly Uint32Array[]> {
  const evaluations: Uint32Array[] = []
  for (let start = 0; start < requests.length; start += sequences.length) {
    await Promise.all(sequences.map((sequence) => sequence.clearHistory()))
    const group = requests.slice(start, start + sequences.length)
    evaluations.push(
      ...(await Promise.all(
        group.map((request, at) => evaluate(sequences[at] as LlamaContextSequence, request, schedule)),
      )),
    )
  }
  return evaluations
}

async function evaluate(
  sequence: LlamaContextSequence,
  request: EvaluationRequest,
  schedule: Schedule,
): Promise<Uint32Array> {
  switch (schedule.kind) {
    case 'alone':
    case 'together':
      return await evaluateWhole(sequence, request)
    case 'chunks':
      return await evaluateInChunks(sequence, request, schedule.tokens)
    case 'kept-prefix':
      return await evaluateAfterPrefix(sequence, request, schedule.tokens)
  }
}

async function evaluateInChunks(
  sequence: LlamaContextSequence,
  request: EvaluationRequest,
  size: number,
): Promise<Uint32Array> {
  const parts: Uint32Array[] = []
  const fed = request.tokens.length - 1
  for (let start = 0; start < fed; start += size) {
    parts.push(await evaluateWhole(sequence, cut(request, start, Math.min(fed, start + size))))
  }
  return encodeResults(parts)
}

/** Asks for nothing within the prefix: no exam has an answer in its salt line. */
async function evaluateAfterPrefix(
  sequence: LlamaContextSequence,
  request: EvaluationRequest,
  size: number,
): Promise<Uint32Array> {
  const fed = request.tokens.length - 1
  const prefix = Math.min(size, (request.positions[0] ?? 2) - 2)
  await sequence.controlledEvaluate(Array.from(request.tokens.subarray(0, -1), (token) => token as Token))
  await sequence.eraseContextTokenRanges([{ start: prefix, end: fed }])
  return await evaluateWhole(sequence, cut(request, prefix, fed))
}

/** The part of a request that feeds the tokens from `start` to before `end`. */
function cut(request: EvaluationRequest, start: number, end: number): EvaluationRequest {
  return {
    tokens: request.tokens.slice(start, end + 1),
    positions: request.positions.filter((p) => p > start && p <= end).map((p) => p - start),
    probes: request.probes,
  }
}

async function evaluateWhole(sequence: LlamaContextSequence, request: EvaluationRequest): Promise<Uint32Array> {
  if (reader === undefined) throw new Error('the options come first')
  return await reader.evaluate(sequence, request)
}

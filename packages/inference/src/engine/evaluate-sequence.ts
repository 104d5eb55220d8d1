import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { drawToken } from './draw-token.ts'
import { EngineError } from './engine-error.ts'
import { positionWords } from './evaluation.ts'
import { floatToBits } from './float-bits.ts'
import type { EvaluationRequest, Sampling } from './inference-engine.ts'
import type { LocatedBuild } from './llama-build.ts'
import { type PositionSummary, summarisePosition } from './portable-position.ts'

/** How a token is drawn, and which one of the output it is. */
export interface Draw {
  readonly sampling: Sampling
  readonly index: number
}

/** What is asked of a sequence of the binding. */
export interface SequenceReader {
  /** The words of one request's evaluation, after what `sequence` already holds: one decode of all fed tokens. */
  evaluate(sequence: LlamaContextSequence, request: EvaluationRequest): Promise<Uint32Array>
  /**
   * Feeds tokens after what `sequence` already holds. With `draw`, the words of the token that follows: answer,
   * maximum, total weight, arg max, token.
   */
  feed(sequence: LlamaContextSequence, tokens: readonly number[], draw?: Draw): Promise<Uint32Array | undefined>
}

/** Reads as the build's domain wants it. */
export function createSequenceReader(kind: LocatedBuild['kind'], vocabularySize: number): SequenceReader {
  const reading = kind === 'portable' ? PORTABLE_READING : prebuiltReading(vocabularySize)
  return {
    evaluate: (sequence, request) => evaluate(sequence, request, reading),
    feed: (sequence, tokens, draw) => feed(sequence, { tokens, draw, vocabularySize }, reading),
  }
}

/** How to ask the binding for a position, and how to read its answer. */
interface Reading {
  /** `tokens`: those whose logits are wanted, or all. */
  ask(tokens: readonly number[] | 'all'): Pick<ControlledEvaluateQuestion, 'logits' | 'totalLogitWeight'>
  summarise(next: NextToken): PositionSummary
}

type ControlledInput = Parameters<LlamaContextSequence['controlledEvaluate']>[0]
type ControlledEvaluateQuestion = NonNullable<Extract<ControlledInput[number], readonly unknown[]>[1]['generateNext']>

/**
 * Without sampling options the binding's greedy sampler leaves the candidates in order of token id, and `filter` keeps
 * them so: the total weight is then the sum in that order, in binary32, of `expf(logit - maximum)`. (`logits: true`
 * would sort first, sum in another order, and copy the vocabulary into JavaScript.)
 */
function prebuiltReading(vocabularySize: number): Reading {
  const all = Array.from({ length: vocabularySize }, (_, token) => token)
  return {
    ask: (tokens) => {
      const wanted = [...new Set(tokens === 'all' ? all : tokens)] as Token[]
      return { logits: { filter: { tokens: wanted, includeSelected: true } }, totalLogitWeight: true }
    },
    summarise: ({ token, totalLogitWeight }) => {
      if (token === undefined || token === null || totalLogitWeight === undefined) {
        throw new EngineError('INFERENCE_WORKER_FAILED', 'llama.cpp gave no token or no total weight')
      }
      return { argMax: token, totalWeight: floatToBits(totalLogitWeight) }
    },
  }
}

/**
 * The domain portable-1, whose total weight must not depend on the platform's `expf`, which the binding uses: takes all
 * logits, and sums here. (Measured: a tenth of the speed with 259 tokens; the order in which the binding hands them
 * over does not matter.)
 */
const PORTABLE_READING: Reading = {
  ask: () => ({ logits: true }),
  summarise: (next) => summarisePosition(allLogits(next, next.logits?.size ?? 0)),
}

async function evaluate(
  sequence: LlamaContextSequence,
  request: EvaluationRequest,
  reading: Reading,
): Promise<Uint32Array> {
  const { tokens, positions, probes, sampling } = request
  const input: ControlledInput = Array.from(tokens.subarray(0, -1), (token) => token as Token)
  for (const position of positions) {
    const wanted = sampling === undefined ? [tokens[position] as number, ...probes] : 'all'
    input[position - 1] = [tokens[position - 1] as Token, { generateNext: { token: true, ...reading.ask(wanted) } }]
  }
  const output = await sequence.controlledEvaluate(input)
  const words = new Uint32Array(positions.length * positionWords(request))
  let at = 0
  for (const [index, position] of positions.entries()) {
    const next = output[position - 1]?.next
    if (next === undefined)
      throw new EngineError('INFERENCE_WORKER_FAILED', `llama.cpp gave nothing at position ${position}`)
    const { argMax, totalWeight } = reading.summarise(next)
    words[at++] = readLogit(next, tokens[position] as number)
    words[at++] = readLogit(next, argMax)
    words[at++] = totalWeight
    words[at++] = argMax
    for (const probe of probes) words[at++] = readLogit(next, probe)
    if (sampling !== undefined) words[at++] = drawToken(allLogits(next, next.logits?.size ?? 0), sampling, index)
  }
  return words
}

interface Feeding {
  readonly tokens: readonly number[]
  readonly draw: Draw | undefined
  readonly vocabularySize: number
}

async function feed(
  sequence: LlamaContextSequence,
  { tokens, draw, vocabularySize }: Feeding,
  reading: Reading,
): Promise<Uint32Array | undefined> {
  const input: ControlledInput = tokens.map((token) => token as Token)
  const last = tokens.length - 1
  if (draw !== undefined) {
    input[last] = [tokens[last] as Token, { generateNext: { token: true, ...reading.ask('all') } }]
  }
  const output = await sequence.controlledEvaluate(input)
  if (draw === undefined) return undefined
  const next = output[last]?.next
  if (next === undefined)
    throw new EngineError('INFERENCE_WORKER_FAILED', 'llama.cpp gave nothing after the last token')
  const { argMax, totalWeight } = reading.summarise(next)
  const token = drawToken(allLogits(next, vocabularySize), draw.sampling, draw.index)
  return Uint32Array.of(readLogit(next, token), readLogit(next, argMax), totalWeight, argMax, token)
}

/** What the binding says about one position. */
interface NextToken {
  readonly token?: number | null
  readonly logits?: ReadonlyMap<number, number>
  readonly totalLogitWeight?: number
}

function allLogits({ logits }: NextToken, count: number): Float32Array {
  if (logits === undefined || logits.size !== count || count === 0) {
    throw new EngineError('INFERENCE_WORKER_FAILED', 'llama.cpp gave no logits')
  }
  const all = new Float32Array(count)
  for (const [token, logit] of logits) all[token] = logit
  return all
}

function readLogit(next: NextToken, token: number): number {
  const logit = next.logits?.get(token)
  if (logit === undefined) throw new EngineError('INFERENCE_WORKER_FAILED', `llama.cpp gave no logit of token ${token}`)
  return floatToBits(logit)
}

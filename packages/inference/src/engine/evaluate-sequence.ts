import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { EngineError } from './engine-error.ts'
import { wordsPerPosition } from './evaluation.ts'
import { floatToBits } from './float-bits.ts'
import type { EvaluationRequest } from './inference-engine.ts'
import { type PositionSummary, summarisePosition } from './portable-position.ts'

/** Evaluates one request after what `sequence` already holds. */
export type EvaluateSequence = (sequence: LlamaContextSequence, request: EvaluationRequest) => Promise<Uint32Array>

/**
 * The words of one request's evaluation: one decode of all fed tokens.
 *
 * Without sampling options the binding's greedy sampler leaves the candidates in order of
 * token id, and `filter` keeps them so: the total weight is then the sum in that order, in binary32, of
 * `expf(logit - maximum)`. (`logits: true` would sort first, sum in another order, and copy the vocabulary into
 * JavaScript.)
 */
export async function evaluateSequence(
  sequence: LlamaContextSequence,
  request: EvaluationRequest,
): Promise<Uint32Array> {
  const { tokens, probes } = request
  return await evaluate(sequence, request, {
    ask: (position) => {
      const wanted = [tokens[position] as Token, ...(probes as Iterable<number> as Iterable<Token>)]
      return { logits: { filter: { tokens: [...new Set(wanted)], includeSelected: true } }, totalLogitWeight: true }
    },
    summarise: ({ token, totalLogitWeight }) => {
      if (token === undefined || token === null || totalLogitWeight === undefined) {
        throw new EngineError('INFERENCE_WORKER_FAILED', 'llama.cpp gave no token or no total weight')
      }
      return { argMax: token, totalWeight: floatToBits(totalLogitWeight) }
    },
  })
}

/**
 * The same for the domain portable-1, whose total weight must not depend on the platform's `expf`, which the binding
 * uses: takes all logits, and sums here. (Measured: a tenth of the speed with 259 tokens; the order in which the
 * binding hands them over does not matter.)
 */
export async function evaluateSequencePortably(
  sequence: LlamaContextSequence,
  request: EvaluationRequest,
): Promise<Uint32Array> {
  return await evaluate(sequence, request, {
    ask: () => ({ logits: true }),
    summarise: ({ logits }) => {
      if (logits === undefined) throw new EngineError('INFERENCE_WORKER_FAILED', 'llama.cpp gave no logits')
      const all = new Float32Array(logits.size)
      for (const [token, logit] of logits) all[token] = logit
      return summarisePosition(all)
    },
  })
}

/** How to ask the binding for a position, and how to read its answer. */
interface Reading {
  ask(position: number): Pick<ControlledEvaluateQuestion, 'logits' | 'totalLogitWeight'>
  summarise(next: NextToken): PositionSummary
}

type ControlledInput = Parameters<LlamaContextSequence['controlledEvaluate']>[0]
type ControlledEvaluateQuestion = NonNullable<Extract<ControlledInput[number], readonly unknown[]>[1]['generateNext']>

async function evaluate(
  sequence: LlamaContextSequence,
  { tokens, positions, probes }: EvaluationRequest,
  reading: Reading,
): Promise<Uint32Array> {
  const input: ControlledInput = Array.from(tokens.subarray(0, -1), (token) => token as Token)
  for (const position of positions) {
    input[position - 1] = [tokens[position - 1] as Token, { generateNext: { token: true, ...reading.ask(position) } }]
  }
  const output = await sequence.controlledEvaluate(input)
  const words = new Uint32Array(positions.length * wordsPerPosition(probes.length))
  let at = 0
  for (const position of positions) {
    const next = output[position - 1]?.next
    if (next === undefined)
      throw new EngineError('INFERENCE_WORKER_FAILED', `llama.cpp gave nothing at position ${position}`)
    const { argMax, totalWeight } = reading.summarise(next)
    words[at++] = readLogit(next, tokens[position] as number)
    words[at++] = readLogit(next, argMax)
    words[at++] = totalWeight
    words[at++] = argMax
    for (const probe of probes) words[at++] = readLogit(next, probe)
  }
  return words
}

/** What the binding says about one position. */
interface NextToken {
  readonly token?: number | null
  readonly logits?: ReadonlyMap<number, number>
  readonly totalLogitWeight?: number
}

function readLogit(next: NextToken, token: number): number {
  const logit = next.logits?.get(token)
  if (logit === undefined) throw new EngineError('INFERENCE_WORKER_FAILED', `llama.cpp gave no logit of token ${token}`)
  return floatToBits(logit)
}

import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { EngineError } from './engine-error.ts'
import { wordsPerPosition } from './evaluation.ts'
import { floatToBits } from './float-bits.ts'
import type { EvaluationRequest } from './inference-engine.ts'

/**
 * The words of one request's evaluation: one decode of all fed tokens, on top of what `sequence` holds already.
 *
 * Without sampling options the binding's greedy sampler leaves the candidates in order of
 * token id, and `filter` keeps them so: the total weight is then the sum in that order, in binary32, of
 * `expf(logit - maximum)`. (`logits: true` would sort first, sum in another order, and copy the vocabulary into JavaScript.)
 */
export async function evaluateSequence(
  sequence: LlamaContextSequence,
  request: EvaluationRequest,
): Promise<Uint32Array> {
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

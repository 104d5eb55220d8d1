import { InvariantError } from '@poai/core'
import { areFiniteBits } from './float-bits.ts'
import type { Evaluation, EvaluationRequest, PositionBits } from './inference-engine.ts'

/** Words before the probes of a position: answer, maximum, total weight, arg max. */
const FIXED_WORDS = 4
const ARG_MAX_WORD = 3

/** Words that one position takes in {@link Evaluation.words}, without a drawn token. */
export function wordsPerPosition(probeCount: number): number {
  return FIXED_WORDS + probeCount
}

/** Words that one position takes in the answer to `request`. */
export function positionWords({ probes, sampling }: Pick<EvaluationRequest, 'probes' | 'sampling'>): number {
  return wordsPerPosition(probes.length) + (sampling === undefined ? 0 : 1)
}

/**
 * An evaluation over `words`, which it keeps without copying and which must not change afterwards. The objects of
 * `positions` are made when first asked for: a miner that only hashes words never pays for them.
 */
export function createEvaluation(words: Uint32Array, probeCount: number): Evaluation {
  return evaluationOf(words, { probeCount, isSampled: false })
}

/** The same over the words that answer `request`, with a drawn token at every position if it has a sampling. */
export function createAnswer({ probes, sampling }: EvaluationRequest, words: Uint32Array): Evaluation {
  return evaluationOf(words, { probeCount: probes.length, isSampled: sampling !== undefined })
}

interface PositionShape {
  readonly probeCount: number
  readonly isSampled: boolean
}

function evaluationOf(words: Uint32Array, shape: PositionShape): Evaluation {
  const stride = strideOf(shape)
  if (words.length % stride !== 0) throw new InvariantError(`${words.length} words are no multiple of ${stride}`)
  let positions: readonly PositionBits[] | undefined
  return {
    words,
    finite: areAllFinite(words, shape),
    get positions(): readonly PositionBits[] {
      positions ??= toPositions(words, shape)
      return positions
    },
  }
}

function strideOf({ probeCount, isSampled }: PositionShape): number {
  return wordsPerPosition(probeCount) + (isSampled ? 1 : 0)
}

function areAllFinite(words: Uint32Array, shape: PositionShape): boolean {
  const stride = strideOf(shape)
  const drawnWord = shape.isSampled ? stride - 1 : stride
  for (let i = 0; i < words.length; i++) {
    const word = i % stride
    if (word !== ARG_MAX_WORD && word !== drawnWord && !areFiniteBits(words[i] as number)) return false
  }
  return true
}

function toPositions(words: Uint32Array, shape: PositionShape): readonly PositionBits[] {
  const stride = strideOf(shape)
  const positions: PositionBits[] = []
  for (let offset = 0; offset < words.length; offset += stride) {
    const probesAt = offset + FIXED_WORDS
    positions.push({
      answer: words[offset] as number,
      maximum: words[offset + 1] as number,
      totalWeight: words[offset + 2] as number,
      argMax: words[offset + ARG_MAX_WORD] as number,
      probes: Array.from(words.subarray(probesAt, probesAt + shape.probeCount)),
      ...(shape.isSampled ? { drawn: words[offset + stride - 1] as number } : {}),
    })
  }
  return positions
}

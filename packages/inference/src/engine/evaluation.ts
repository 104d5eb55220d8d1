import { InvariantError } from '@poai/core'
import { areFiniteBits } from './float-bits.ts'
import type { Evaluation, PositionBits } from './inference-engine.ts'

/** Words before the probes of a position: answer, maximum, total weight, arg max. */
const FIXED_WORDS = 4
const ARG_MAX_WORD = 3

/** Words that one position takes in {@link Evaluation.words}. */
export function wordsPerPosition(probeCount: number): number {
  return FIXED_WORDS + probeCount
}

/**
 * An evaluation over `words`, which it keeps without copying and which must not change afterwards. The objects of
 * `positions` are made when first asked for: a miner that only hashes words never pays for them.
 */
export function createEvaluation(words: Uint32Array, probeCount: number): Evaluation {
  const stride = wordsPerPosition(probeCount)
  if (words.length % stride !== 0) throw new InvariantError(`${words.length} words are no multiple of ${stride}`)
  let positions: readonly PositionBits[] | undefined
  return {
    words,
    finite: areAllFinite(words, stride),
    get positions(): readonly PositionBits[] {
      positions ??= toPositions(words, stride)
      return positions
    },
  }
}

function areAllFinite(words: Uint32Array, stride: number): boolean {
  for (let i = 0; i < words.length; i++) {
    if (i % stride !== ARG_MAX_WORD && !areFiniteBits(words[i] as number)) return false
  }
  return true
}

function toPositions(words: Uint32Array, stride: number): readonly PositionBits[] {
  const positions: PositionBits[] = []
  for (let offset = 0; offset < words.length; offset += stride) {
    positions.push({
      answer: words[offset] as number,
      maximum: words[offset + 1] as number,
      totalWeight: words[offset + 2] as number,
      argMax: words[offset + ARG_MAX_WORD] as number,
      probes: Array.from(words.subarray(offset + FIXED_WORDS, offset + stride)),
    })
  }
  return positions
}

import { floatToBits } from './float-bits.ts'
import { portableExp } from './portable-exp.ts'

/** What a position's words consist of, besides the requested logits. */
export interface PositionSummary {
  /** The lowest token with the largest logit. */
  readonly argMax: number
  /** Bits of the sum, in the order of tokens and in binary32, of e^(logit - maximum). */
  readonly totalWeight: number
}

/**
 * Summarises the logits of a position as portable-1 does: with its own exponential function, whatever engine made the
 * logits.
 */
export function summarisePosition(logits: Float32Array): PositionSummary {
  const argMax = argMaxOf(logits)
  const maximum = logits[argMax] as number
  let sum = 0
  for (let token = 0; token < logits.length; token++) {
    sum = Math.fround(sum + portableExp(Math.fround((logits[token] as number) - maximum)))
  }
  return { argMax, totalWeight: floatToBits(sum) }
}

/** The lowest token with the largest logit. */
export function argMaxOf(logits: Float32Array): number {
  let argMax = 0
  let maximum = logits[0] ?? Number.NaN
  for (let token = 1; token < logits.length; token++) {
    const logit = logits[token] as number
    if (logit > maximum) {
      maximum = logit
      argMax = token
    }
  }
  return argMax
}

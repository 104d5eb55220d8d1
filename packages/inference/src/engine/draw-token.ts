import { keccak256 } from '@poai/core'
import type { Sampling } from './inference-engine.ts'
import { portableExp } from './portable-exp.ts'
import { argMaxOf } from './portable-position.ts'

/** Thousandths that make the temperature 1. */
const ONE = 1000

/** Bits of a draw: a binary32 number has room for them. */
const DRAW_SCALE = 2 ** -24

/**
 * The token that a generation draws by these logits as output token `index`: docs/PROTOCOL.md, "Sampling", operation by
 * operation. Each is one of binary32, which Math.fround makes of the binary64 one.
 */
export function drawToken(logits: Float32Array, { temperature, seed }: Sampling, index: number): number {
  const argMax = argMaxOf(logits)
  return temperature === 0
    ? argMax
    : drawByWeight(logits, argMax, { scale: scaleOf(temperature), draw: drawOf(seed, index) })
}

/** What logits are multiplied with. */
export function scaleOf(temperature: number): number {
  return Math.fround(ONE / Math.fround(temperature))
}

/** The number from 0 to below 1 that draws output token `index`. */
export function drawOf(seed: Uint8Array, index: number): number {
  const order = new Uint8Array(4)
  new DataView(order.buffer).setUint32(0, index)
  const [high, middle, low] = keccak256(seed, order) as unknown as readonly [number, number, number]
  return ((high << 16) | (middle << 8) | low) * DRAW_SCALE
}

function drawByWeight(
  logits: Float32Array,
  argMax: number,
  { scale, draw }: { readonly scale: number; readonly draw: number },
): number {
  const maximum = logits[argMax] as number
  const sums = new Float32Array(logits.length)
  let sum = 0
  logits.forEach((logit, token) => {
    sum = Math.fround(sum + portableExp(Math.fround(Math.fround(logit - maximum) * scale)))
    sums[token] = sum
  })
  const limit = Math.fround(draw * sum)
  const token = sums.findIndex((upTo) => upTo > limit)
  // Only where some number is infinite or none.
  return token < 0 ? argMax : token
}

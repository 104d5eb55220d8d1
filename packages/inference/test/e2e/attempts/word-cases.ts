import type { EvaluationRequest } from '@poai/inference'
import { createWordStream } from '../../../src/gguf/seeded-words.ts'

/** Draws integers below a bound: the same ones for ever. */
export type Draw = (bound: number) => number

export function createDraw(seed: number): Draw {
  const fill = createWordStream(seed, 0)
  const word = new Uint32Array(1)
  return (bound) => {
    fill(word)
    return Math.floor(((word[0] ?? 0) / 2 ** 32) * bound)
  }
}

/**
 * Where finite binary32 numbers change their nature: zeros, subnormals, 2^-25, 1, 256, 2^15, 2^31, 2^33, the largest.
 */
const EDGES = [
  0, 1, 0x7f_ffff, 0x80_0000, 0x3280_0000, 0x3300_0000, 0x3380_0000, 0x3f80_0000, 0x4380_0000, 0x4700_0000, 0x4f00_0000,
  0x4f80_0000, 0x5000_0000, 0x5080_0000, 0x7f7f_fffe,
] as const

/** A finite number: near an edge, of any size, or a usual logit, of either sign. */
export function drawFinite(draw: Draw): number {
  const sign = draw(2) * 0x8000_0000
  const kind = draw(3)
  if (kind === 0) return sign + Math.max(0, (EDGES[draw(EDGES.length)] ?? 0) - 1 + draw(3))
  if (kind === 1) return sign + draw(0x7f80_0000)
  return sign + 0x3f80_0000 + draw(0x0280_0000)
}

/** A finite number from 1 on. */
export function drawWeight(draw: Draw): number {
  const kind = draw(4)
  if (kind === 0) return 0x3f80_0000 + draw(3)
  if (kind === 1) return 0x7f7f_ffff - draw(3)
  return 0x3f80_0000 + draw(kind === 2 ? 0x4000_0000 : 0x0480_0000)
}

/** Orders finite numbers; equal for both zeros. */
export function orderOf(bits: number): number {
  return bits < 0x8000_0000 ? bits : 0x8000_0000 - bits
}

/** Bits of the order `order + by`. */
function stepped(bits: number, by: number): number {
  const order = orderOf(bits) + by
  return order >= 0 ? order : 0x8000_0000 - order
}

/** Words that hold together: the maximum is the largest of some tokens' logits, or one that no token asked for has. */
export function drawConsistentWords({ tokens, positions, probes }: EvaluationRequest, draw: Draw): Uint32Array {
  const words: number[] = []
  // Few logits to choose from, so that many are equal.
  const palette = [drawFinite(draw), drawFinite(draw), drawFinite(draw), 0, 0x8000_0000]
  for (const position of positions) {
    const logits = new Map<number, number>()
    for (const token of [tokens[position] ?? 0, ...probes, draw(259)]) {
      if (!logits.has(token)) logits.set(token, draw(2) === 0 ? drawFinite(draw) : (palette[draw(palette.length)] ?? 0))
    }
    const ranked = [...logits].sort(([a, x], [b, y]) => orderOf(y) - orderOf(x) || a - b)
    const [argMax, maximum] = ranked[0] ?? [0, 0]
    words.push(logits.get(tokens[position] ?? 0) ?? 0, maximum, drawWeight(draw), argMax)
    for (const probe of probes) words.push(logits.get(probe) ?? 0)
  }
  return Uint32Array.from(words)
}

const INFINITY = 0x7f80_0000
const UNUSUAL = [INFINITY, 0xff80_0000, 0x7fc0_0000, 0xffff_ffff, 0x7f80_0001, 0x7f7f_ffff, 0xff7f_ffff, 0x8000_0000, 0]

/** Changes one word of a consistent evaluation by the least that may matter, or to something unusual. */
export function disturb(words: Uint32Array, stride: number, draw: Draw): Uint32Array {
  const disturbed = words.slice()
  const start = draw(words.length / stride) * stride
  const word = draw(stride)
  const at = start + word
  const value = disturbed[at] ?? 0
  const maximum = disturbed[start + 1] ?? 0
  const kind = draw(6)
  if (kind === 0) disturbed[at] = UNUSUAL[draw(UNUSUAL.length)] ?? 0
  else if (word === 3) disturbed[at] = Math.max(0, value - 1 + draw(3))
  else if (word === 2) disturbed[at] = [0x3f7f_ffff, 0x3f80_0000, 0xbf80_0000, 0x8000_0000][draw(4)] ?? 0
  else if (kind < 3) disturbed[at] = stepped(value, 2 * draw(2) - 1)
  else if (kind < 5) disturbed[at] = stepped(maximum, draw(2))
  else disturbed[at] = value === 0 ? 0x8000_0000 : value
  return disturbed
}

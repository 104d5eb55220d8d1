import { portableExp } from '../../src/engine/portable-exp.ts'

/** A draw: 24 bits, and what they choose from. */
export interface DrawCase {
  readonly logits: Float32Array
  readonly temperature: number
  /** The three bytes of the hash as a number. */
  readonly bits: number
}

/** Draws a token in some way. */
export type DrawWay = (draw: DrawCase) => number

interface Differently {
  readonly exp?: (x: number) => number
  readonly round?: (x: number) => number
  readonly scaled?: (logit: number, maximum: number, temperature: number) => number
  readonly isBeyond?: (sum: number, limit: number) => boolean
  readonly order?: (logits: Float32Array) => readonly number[]
  readonly fraction?: (bits: number) => number
}

const f32 = Math.fround
const scaleOf = (temperature: number): number => f32(1000 / f32(temperature))

/** The rule, or another one where a part of it differs: written anew, with nothing of the engine's but exp. */
export function drawWay({
  exp = portableExp,
  round = f32,
  scaled = (logit, maximum, temperature) => f32(f32(logit - maximum) * scaleOf(temperature)),
  isBeyond = (sum, limit) => sum > limit,
  order = (logits) => [...logits.keys()],
  fraction = (bits) => bits / 2 ** 24,
}: Differently = {}): DrawWay {
  return ({ logits, temperature, bits }) => {
    const maximum = Math.max(...logits)
    const tokens = order(logits)
    const weights = tokens.map((token) => exp(scaled(logits[token] as number, maximum, temperature)))
    const total = weights.reduce((sum, weight) => round(sum + weight), 0)
    const limit = round(fraction(bits) * total)
    let sum = 0
    for (const [place, weight] of weights.entries()) {
      sum = round(sum + weight)
      if (isBeyond(sum, limit)) return tokens[place] as number
    }
    return tokens.at(-1) as number
  }
}

/** Likely mistakes, each of which some vector must show. */
export const SAMPLING_MISTAKES: Readonly<Record<string, DrawWay>> = {
  'a sum that equals the limit counts as beyond it': drawWay({ isBeyond: (sum, limit) => sum >= limit }),
  'exp is rounded correctly': drawWay({ exp: (x) => f32(Math.exp(x)) }),
  'sums in binary64': drawWay({ round: (x) => x }),
  'weights in binary64': drawWay({ exp: Math.exp, round: (x) => x }),
  'logits are divided by the temperature': drawWay({
    scaled: (logit, maximum, temperature) => f32(f32(logit - maximum) / f32(temperature / 1000)),
  }),
  'logits are scaled before the maximum is subtracted': drawWay({
    scaled: (logit, maximum, temperature) =>
      f32(f32(logit * scaleOf(temperature)) - f32(maximum * scaleOf(temperature))),
  }),
  'the scale is not rounded': drawWay({
    scaled: (logit, maximum, temperature) => f32(f32(logit - maximum) * (1000 / temperature)),
  }),
  'subtraction and product are fused': drawWay({
    scaled: (logit, maximum, temperature) => f32((logit - maximum) * scaleOf(temperature)),
  }),
  'the most likely tokens come first': drawWay({
    order: (logits) => [...logits.keys()].sort((a, b) => (logits[b] as number) - (logits[a] as number)),
  }),
  'the last tokens come first': drawWay({ order: (logits) => [...logits.keys()].reverse() }),
  'the fraction lies between its neighbours': drawWay({ fraction: (bits) => (bits + 0.5) / 2 ** 24 }),
  'the fraction reaches 1': drawWay({ fraction: (bits) => bits / (2 ** 24 - 1) }),
}

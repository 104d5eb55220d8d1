import { bitsToFloat } from '../../src/engine/float-bits.ts'
import { createWordStream } from '../../src/gguf/seeded-words.ts'
import type { FunctionName } from './plain-pass.ts'

/** What is asked of functions: at edges, and drawn. */
export interface CallSource {
  readonly name: FunctionName
  /** Kept whatever they find. */
  readonly edges: readonly (readonly number[])[]
  draw(random: Random): readonly number[]
  /** How many are drawn, where mistakes are seldom found. */
  readonly drawn?: number
  /** Mistakes that calls of this function are to find. */
  readonly finds: readonly string[]
}

const scratch = new Float32Array(1)
const scratchBits = new Uint32Array(scratch.buffer)

/** The bits of the nearest binary32, −0 and infinities as they are. */
export function bits(value: number): number {
  scratch[0] = value
  return scratchBits[0] as number
}

/** Seeded numbers. */
export class Random {
  readonly #fill: ReturnType<typeof createWordStream>
  readonly #words = new Uint32Array(1)

  constructor(seed: number) {
    this.#fill = createWordStream(seed, 0)
  }

  word(): number {
    this.#fill(this.#words)
    return this.#words[0] as number
  }

  between(low: number, high: number): number {
    return low + (this.word() / 2 ** 32) * (high - low)
  }

  below(count: number): number {
    return this.word() % count
  }

  /** Roughly normal, of deviation 1. */
  normal(): number {
    return Array.from({ length: 12 }, () => this.between(-0.5, 0.5)).reduce((sum, x) => sum + x, 0)
  }

  list(count: number, draw: () => number): number[] {
    return Array.from({ length: count }, draw)
  }
}

const EXP_EDGES = [
  ...[0, -0, 1, -1, 89, 88.99999, 88.72284, 88.72283, 88.5, 88.03, 90, 200, -87, -87.33654, -87.33655, -87.5, -90],
  ...[
    -95.25,
    -100,
    -103,
    -103.9,
    -103.97,
    -103.98,
    -104,
    -105,
    -1000,
    bitsToFloat(0xc2a2ca22),
    0.34657359,
    0.3465736,
    -0.34657359,
  ],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
]
const SILU_EDGES = [0, -0, 1, -1, 20, 100, -20, -87, -88.02, -88.3, -88.5, -88.7, -89, -90, -1000]
const HALF_EDGES = [
  ...[0, -0, 1, -1, 65_504, 65_519.99, 65_520, 65_536, 1e30, 2 ** -14, 2 ** -15, 2 ** -24, 2 ** -25, 1.5 * 2 ** -25],
  ...[3 * 2 ** -25, 2 ** -26, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -23, 2 ** -14 - 2 ** -25],
  ...[-(2 ** -24), -5 * 2 ** -25, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
]
const ANGLE_EDGES = [0, 2 ** -20, 0.5, 1, Math.PI / 4, Math.PI / 2, Math.PI, 2 * Math.PI, 100, 254, 4095, 2 ** 20 - 1]
const WORD_EDGES = [0x80000000, 0, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001, 0x3f800000, 0x00000001]

/** A block of 32 with this largest magnitude. */
function blockOf(random: Random, largest: number): number[] {
  const values = random.list(32, () => random.between(-largest, largest))
  values[random.below(32)] = largest
  return values.map(bits)
}

function edgesOfQuantiser(): readonly (readonly number[])[] {
  const random = new Random(7)
  const limits = [2 ** -100, bitsToFloat(bits(2 ** -100) - 1), 2 ** -101, 2 ** -110, 2 ** -125, 2 ** -126, 2 ** -140, 0]
  // With 127 the scale is 1, so that halves are ties.
  const ties = Array.from({ length: 32 }, (_, i) => (i === 0 ? 127 : i - 16 + 0.5))
  return [...limits.map((largest) => blockOf(random, largest)), ties.map(bits), blockOf(random, 3e38)]
}

function rowOfBlocks(random: Random): readonly number[] {
  const block = (): number[] => [
    bits(bitsToFloat(bits(random.between(0.001, 0.02)) & 0xffffe000)),
    ...random.list(32, () => (random.below(255) - 127) >>> 0),
    ...random.list(32, () => bits(random.normal())),
  ]
  return Array.from({ length: 1 + random.below(4) }, block).flat()
}

/** All functions of the pass, with inputs as it has them. */
export const CALL_SOURCES: readonly CallSource[] = [
  {
    name: 'exp',
    edges: EXP_EDGES.map((x) => [bits(x)]),
    draw: (random) => [bits(random.below(2) === 0 ? random.between(-30, 0) : random.between(-104, 89))],
    finds: ['FUSED_Q', 'FUSED_R', 'FUSED_EXP', 'WEIGHT_LIBM', 'WEIGHT_EXACT', 'CLAMP_BELOW', 'CLAMP_ABOVE'],
  },
  {
    name: 'silu',
    edges: SILU_EDGES.map((x) => [bits(x)]),
    draw: (random) => [bits(random.between(-12, 12))],
    finds: ['FUSED_Q', 'FUSED_R', 'FUSED_EXP', 'SILU_LIBM', 'SILU_EXACT', 'CLAMP_ABOVE'],
  },
  {
    name: 'pow',
    edges: [16, 32, 64, 80, 96, 128].flatMap((rotary) =>
      [10_000, 500_000, 1_000_000].map((base) => [bits(base), bits(-2 / rotary)]),
    ),
    draw: (random) => [bits(2 ** random.between(0, 24)), bits(-2 / (2 + 2 * random.below(128)))],
    finds: ['POW_LIBM'],
  },
  {
    name: 'sincos',
    edges: ANGLE_EDGES.map((x) => [bits(x)]),
    draw: (random) => [bits(random.below(2) === 0 ? random.between(0, 255) : random.between(0, 2 ** 20))],
    finds: ['ANGLES_LIBM'],
  },
  {
    name: 'half',
    edges: HALF_EDGES.map((x) => [bits(x)]),
    draw: (random) => [bits(random.normal() * 2 ** random.between(-20, 8))],
    finds: ['HALF_TRUNCATED', 'HALF_FLUSHED'],
  },
  {
    name: 'quantise',
    edges: edgesOfQuantiser(),
    draw: (random) => random.list(32, () => bits(random.normal())),
    drawn: 100_000,
    finds: ['QUANTISER_WIDE', 'QUANTISER_AWAY', 'QUANTISER_HALF_SCALE', 'SUBNORMAL_LIMIT', 'HALF_TRUNCATED'],
  },
  {
    name: 'dot',
    edges: [1, 7, 8, 9, 20, 32].map((length) => {
      const random = new Random(length)
      return random.list(2 * length, () => bits(random.normal()))
    }),
    draw: (random) => random.list(2 * (8 + random.below(24)), () => bits(random.normal())),
    finds: ['LANE_ORDER', 'LANE_TREE', 'FUSED_PRODUCTS'],
  },
  {
    name: 'blockDot',
    edges: [],
    draw: rowOfBlocks,
    finds: ['LANE_ORDER', 'LANE_TREE', 'BLOCK_LANES', 'SCALE_ORDER', 'FUSED_PRODUCTS', 'QUANTISER_HALF_SCALE'],
  },
  {
    name: 'norm',
    edges: [],
    draw: (random) => {
      const width = 8 + random.below(24)
      return [bits(1e-5), ...random.list(width, () => bits(random.normal())), ...random.list(width, () => bits(1))]
    },
    finds: ['LANE_ORDER', 'LANE_TREE', 'FUSED_NORM'],
  },
  {
    name: 'rotate',
    edges: [[bits(1), bits(2), bits(0)]],
    draw: (random) => [bits(random.normal()), bits(random.normal()), bits(random.between(0, 255))],
    finds: ['FUSED_ROTATION', 'ANGLES_LIBM'],
  },
  {
    name: 'softmax',
    edges: [[bits(1)], [bits(0), bits(-100)], [bits(3), bits(3)]],
    draw: (random) => random.list(2 + random.below(22), () => bits(3 * random.normal())),
    finds: ['LANE_ORDER', 'LANE_TREE', 'FUSED_EXP', 'SOFTMAX_LIBM', 'SOFTMAX_EXACT'],
  },
  {
    name: 'summary',
    edges: [
      ...[
        [0x80000000, 0x80000000],
        [0x80000000, bits(-1)],
        [bits(-3), 0x80000000, 0],
        [0, 0x80000000],
      ],
      ...[
        [bits(2), bits(2)],
        [bits(1), bits(5), bits(5), bits(5)],
        [bits(-7), bits(-7), bits(-8)],
      ],
    ],
    draw: (random) => random.list(4 + random.below(28), () => bits(5 * random.normal())),
    finds: ['WEIGHT_LIBM', 'WEIGHT_EXACT', 'WEIGHT_LANES', 'FUSED_EXP', 'ARG_MAX_LAST', 'MINUS_ZERO'],
  },
  { name: 'word', edges: WORD_EDGES.map((x) => [x]), draw: () => [0x80000000], finds: ['MINUS_ZERO'] },
]

import { floatToHalfBits } from './float16.ts'
import { GGML_TYPES } from './gguf-format.ts'
import type { WritableType } from './quantize.ts'
import { createWordStream } from './seeded-words.ts'

/** What to draw. */
export interface RandomWeightsOptions {
  readonly type: WritableType
  /** Number of weights; a multiple of 32 for the quantised types. */
  readonly count: number
  /** Standard deviation of the weights, whose mean is 0. */
  readonly deviation: number
  readonly seed: number
  /** Which tensor of the model this is: another number gives other weights. */
  readonly stream: number
}

/** Blocks or weights drawn at a time: pieces of up to 2 MB. */
const CHUNK_BLOCKS = 65_536

/**
 * Scales that blocks choose from, between half and one and a half times the mean, so that blocks differ as real ones
 * do.
 */
const SCALE_CHOICES = 16

/** Deviation of a uniform variable on [-1, 1). */
const UNIFORM_DEVIATION = Math.sqrt(1 / 3)
/** Of Q8_0's integers -127 to 127, where -128 is drawn as 0. */
const Q8_0_DEVIATION = Math.sqrt((127 * 128 * 255) / 3 / 256)
/** Of Q4_0's integers -7 to 7, where -8 is drawn as 0. */
const Q4_0_DEVIATION = Math.sqrt((7 * 8 * 15) / 3 / 16)
/** Root mean square of the scale choices, in units of their mean. */
const SCALE_SPREAD = Math.sqrt(1 + (1 - 1 / SCALE_CHOICES ** 2) / 12)

/**
 * Bytes of seeded random weights, drawn directly in the tensor's type: a quantiser would cost ten times as much. Pieces
 * share one buffer: use each before asking for the next.
 */
export function* randomWeights(options: RandomWeightsOptions): Generator<Uint8Array> {
  switch (options.type) {
    case 'F32':
      yield* randomFloats(options)
      return
    case 'F16':
      yield* randomHalves(options)
      return
    case 'Q8_0':
      yield* randomBlocks(options, symmetricBytes(), options.deviation / Q8_0_DEVIATION)
      return
    case 'Q4_0':
      yield* randomBlocks(options, symmetricNibbles(), options.deviation / Q4_0_DEVIATION)
      return
  }
}

function* randomFloats({ count, deviation, seed, stream }: RandomWeightsOptions): Generator<Uint8Array> {
  const fill = createWordStream(seed, stream)
  const factor = deviation / UNIFORM_DEVIATION / 2 ** 31
  for (const size of chunks(count)) {
    const words = new Uint32Array(size)
    fill(words)
    const floats = Float32Array.from(words, (word) => (word | 0) * factor)
    yield new Uint8Array(floats.buffer)
  }
}

function* randomHalves({ count, deviation, seed, stream }: RandomWeightsOptions): Generator<Uint8Array> {
  const halves = new Uint16Array(65_536)
  for (let i = 0; i < halves.length; i++) {
    halves[i] = floatToHalfBits((((i - 32_767.5) / 32_768) * deviation) / UNIFORM_DEVIATION)
  }
  const fill = createWordStream(seed, stream)
  for (const size of chunks(count)) {
    const words = new Uint32Array(Math.ceil(size / 2))
    fill(words)
    const values = new Uint16Array(words.buffer, 0, size)
    replaceBy(halves, values)
    yield new Uint8Array(values.buffer, 0, 2 * size)
  }
}

/** Blocks of a binary16 scale and packed integers; `pairs` says which 16 bits a random 16 bits become. */
function* randomBlocks(
  { type, count, seed, stream }: RandomWeightsOptions,
  pairs: Uint16Array,
  meanScale: number,
): Generator<Uint8Array> {
  const { blockSize, blockBytes } = GGML_TYPES[type]
  const blockWords = blockBytes / 2
  const scales = Uint16Array.from({ length: SCALE_CHOICES }, (_, i) =>
    floatToHalfBits((meanScale / SCALE_SPREAD) * (0.5 + (i + 0.5) / SCALE_CHOICES)),
  )
  const fill = createWordStream(seed, stream)
  for (const blocks of chunks(count / blockSize)) {
    const words = new Uint32Array(Math.ceil((blocks * blockWords) / 2))
    fill(words)
    const values = new Uint16Array(words.buffer, 0, blocks * blockWords)
    const choices = Uint16Array.from(
      { length: blocks },
      (_, block) => scales[(values[block * blockWords] as number) % SCALE_CHOICES] as number,
    )
    replaceBy(pairs, values)
    choices.forEach((scale, block) => {
      values[block * blockWords] = scale
    })
    yield new Uint8Array(values.buffer, 0, blocks * blockBytes)
  }
}

function replaceBy(table: Uint16Array, values: Uint16Array): void {
  for (let i = 0; i < values.length; i++) values[i] = table[values[i] as number] as number
}

/** Two signed bytes, -128 replaced by 0: Q8_0's quantiser never writes it, and the mean becomes 0. */
function symmetricBytes(): Uint16Array {
  const byte = (value: number): number => (value === 0x80 ? 0 : value)
  return Uint16Array.from({ length: 65_536 }, (_, i) => byte(i & 0xff) | (byte(i >>> 8) << 8))
}

/** Four halves of a byte, each weight + 8; -8 is replaced by 0, stored as 8, so that the mean becomes 0. */
function symmetricNibbles(): Uint16Array {
  const nibble = (value: number): number => ((value & 0xf) === 0 ? 8 : value & 0xf)
  return Uint16Array.from(
    { length: 65_536 },
    (_, i) => nibble(i) | (nibble(i >>> 4) << 4) | (nibble(i >>> 8) << 8) | (nibble(i >>> 12) << 12),
  )
}

function* chunks(total: number): Generator<number> {
  for (let rest = total; rest > 0; rest -= CHUNK_BLOCKS) yield Math.min(rest, CHUNK_BLOCKS)
}

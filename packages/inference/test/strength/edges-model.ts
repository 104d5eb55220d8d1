import { createByteVocabulary } from '../../src/gguf/byte-vocabulary.ts'
import { llamaMetadata, llamaTensors } from '../../src/gguf/llama-metadata.ts'
import { encodeWeights, type WritableType } from '../../src/gguf/quantize.ts'
import { type WrittenGguf, writeGguf } from '../../src/gguf/write-gguf.ts'
import { Random } from './draw-calls.ts'

/*
 * A model whose numbers lie at the edges of the arithmetic, which those of trained models hardly ever reach. Its vector
 * has three blocks:
 *
 *   A   0 to 31   a signal as models have it; feature 0 is the same in all tokens
 * B 32 to 63 numbers around 2^-80; the norm of layer 0 makes them so small that the scales of quantised blocks are
 * subnormal in binary16 C 64 to 95 zeros, but for four tokens: only these have values in layer 1, so that weights of
 * attention that are subnormal count
 *
 * Layer 0 is Q8_0 but for its last matrix. Layer 1 is F32; its gate gives −86 to −90, where exp(−u) nears the largest
 * number. The output is F16, and its rows come in equal pairs, so that every maximum stands twice.
 */

const WIDTH = 96
const FEED = 64
const VOCABULARY = 259
const BLOCK = 32
/** `powf` of glibc misses the last bit of its powers. */
const ROPE_BASE = 10_526.25
const SHAPE = { layers: 2, width: WIDTH, heads: 3, kvHeads: 3, feedForward: FEED, contextLength: 256 }

type Draw = (row: number, at: number, random: Random) => number

const inBlock = (at: number, block: number): boolean => Math.floor(at / BLOCK) === block
/** Rows that see one block only. */
const fromBlock =
  (block: number, deviation: number): Draw =>
  (_, at, random) =>
    inBlock(at, block) ? deviation * random.normal() : 0
/** Such rows, of which only those that write into one block are not zeros. */
const intoBlock =
  (to: number, draw: Draw): Draw =>
  (row, at, random) =>
    inBlock(row, to) ? draw(row, at, random) : 0
const norm =
  (...blocks: readonly [number, number, number]): Draw =>
  (_, at) =>
    blocks[Math.floor(at / BLOCK)] ?? 0

/** Row j of the gate is −86 to −90 where feature 0 is as large as it usually is. */
const USUAL_FEATURE = 1.7
const gateOf = (row: number): number => -(86 + (4 * (row % BLOCK)) / BLOCK) / USUAL_FEATURE

const DRAWS: Readonly<Record<string, readonly [WritableType, Draw]>> = {
  'token_embd.weight': [
    'F32',
    (token, at, random) => {
      const drawn = random.normal()
      if (at === 0) return 1.5
      if (inBlock(at, 0)) return 0.6 * drawn
      if (inBlock(at, 1)) return drawn * 2 ** (-80 + random.between(-3, 3))
      return token % 64 === 5 ? drawn : 0
    },
  ],
  'output_norm.weight': ['F32', norm(1, 2 ** 80, 1)],
  'output.weight': ['F16', (_, at, random) => (inBlock(at, 2) ? 0 : 0.3 * random.normal())],
  'blk.0.attn_norm.weight': ['F32', norm(1, 1, 1)],
  'blk.0.attn_q.weight': ['Q8_0', fromBlock(0, 0.2)],
  'blk.0.attn_k.weight': ['Q8_0', fromBlock(0, 0.2)],
  'blk.0.attn_v.weight': ['Q8_0', fromBlock(0, 0.2)],
  'blk.0.attn_output.weight': ['Q8_0', intoBlock(0, (_, __, random) => 0.05 * random.normal())],
  'blk.0.ffn_norm.weight': ['F32', norm(1, 2 ** 60, 1)],
  'blk.0.ffn_gate.weight': ['Q8_0', fromBlock(0, 0.3)],
  'blk.0.ffn_up.weight': ['Q8_0', fromBlock(1, 1)],
  'blk.0.ffn_down.weight': ['F32', intoBlock(1, (_, __, random) => 2 ** -62 * random.normal())],
  'blk.1.attn_norm.weight': ['F32', norm(1, 0, 1)],
  'blk.1.attn_q.weight': ['F32', fromBlock(0, 1.2)],
  'blk.1.attn_k.weight': ['F32', fromBlock(0, 1.2)],
  'blk.1.attn_v.weight': ['F32', fromBlock(2, 100)],
  'blk.1.attn_output.weight': ['F32', intoBlock(1, (_, __, random) => 2 ** 45 * random.normal())],
  'blk.1.ffn_norm.weight': ['F32', norm(1, 0, 0)],
  'blk.1.ffn_gate.weight': ['F32', (row, at) => (at === 0 ? gateOf(row) : 0)],
  'blk.1.ffn_up.weight': ['F32', fromBlock(0, 2 ** 40)],
  'blk.1.ffn_down.weight': ['F32', (row, at) => (inBlock(row, 1) && at === row - BLOCK ? 1 : 0)],
}

/** Writes the model: the same bytes for ever. */
export async function writeEdgesModel(path: string): Promise<WrittenGguf> {
  const metadata = new Map(
    llamaMetadata(SHAPE, createByteVocabulary(), { name: 'edges', license: 'CC0-1.0', format: 'Q8_0' }),
  )
  metadata.set('llama.rope.freq_base', { type: 'float32', value: ROPE_BASE })
  return await writeGguf(path, {
    metadata,
    tensors: llamaTensors(SHAPE, VOCABULARY, { tied: false }).map(({ name, dimensions }, index) => {
      const [type, draw] = DRAWS[name.replace(/^blk\.(\d+)/, 'blk.$1')] ?? ['F32', () => 1]
      const [length, rows = 1] = dimensions
      return { name, type, dimensions, data: () => [encodeWeights(type, weightsOf(name, length, rows, draw, index))] }
    }),
  })
}

function weightsOf(name: string, length: number, rows: number, draw: Draw, seed: number): Float32Array {
  const random = new Random(1000 + seed)
  const weights = new Float32Array(length * rows)
  for (let row = 0; row < rows; row++) {
    // Equal pairs of rows: every maximum of the logits stands twice.
    if (name === 'output.weight' && row % 2 === 1) weights.copyWithin(row * length, (row - 1) * length, row * length)
    else for (let at = 0; at < length; at++) weights[row * length + at] = draw(row, at, random)
  }
  return weights
}

import { readFile } from 'node:fs/promises'

/** Shape of a trained model and its weights, as the trainer laid them out (shape.hpp). */
export interface Checkpoint {
  readonly width: number
  readonly layers: number
  readonly heads: number
  readonly feedForward: number
  /** Steps of the optimiser so far. */
  readonly steps: number
  /** Wall-clock seconds of training so far. */
  readonly seconds: number
  /** The weights of a tensor under llama.cpp's name, row after row. */
  tensor(name: string): Float32Array
}

const MAGIC = 'QUIZCKP1'
const HEADER_BYTES = 8 + 6 * 4 + 8
const VOCABULARY = 259

/** Reads a checkpoint of the trainer: the form is drawn at `Model::save` in model.hpp. */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const file = await readFile(path)
  const magic = file.toString('latin1', 0, MAGIC.length)
  if (magic !== MAGIC) throw new Error(`${path} is not a checkpoint: it starts with ${JSON.stringify(magic)}`)
  const word = (index: number): number => file.readUInt32LE(MAGIC.length + 4 * index)
  const shape = { width: word(0), layers: word(1), heads: word(2), feedForward: word(3) }
  const ranges = layOut(shape, word(4))
  return {
    ...shape,
    steps: word(5),
    seconds: file.readDoubleLE(MAGIC.length + 24),
    tensor(name) {
      const range = ranges.get(name)
      if (range === undefined) throw new Error(`a checkpoint has no tensor ${name}`)
      return Float32Array.from({ length: range.size }, (_, i) => file.readFloatLE(HEADER_BYTES + 4 * (range.first + i)))
    },
  }
}

interface Range {
  readonly first: number
  readonly size: number
}

/** Where each tensor lies in the flat array of weights. The embedding is padded to `vocabularyRows`. */
function layOut(
  { width, layers, feedForward }: Pick<Checkpoint, 'width' | 'layers' | 'feedForward'>,
  vocabularyRows: number,
): ReadonlyMap<string, Range> {
  const ranges = new Map<string, Range>()
  let first = 0
  const place = (name: string, size: number, padded = size): void => {
    ranges.set(name, { first, size })
    first += padded
  }
  place('token_embd.weight', VOCABULARY * width, vocabularyRows * width)
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `blk.${layer}`
    place(`${prefix}.attn_norm.weight`, width)
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) place(`${prefix}.${name}.weight`, width * width)
    place(`${prefix}.ffn_norm.weight`, width)
    for (const name of ['ffn_gate', 'ffn_up', 'ffn_down']) place(`${prefix}.${name}.weight`, width * feedForward)
  }
  place('output_norm.weight', width)
  return ranges
}

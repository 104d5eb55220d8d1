import { open, readFile, writeFile } from 'node:fs/promises'
import { floatToHalfBits, halfBitsToFloat } from '../../src/gguf/float16.ts'
import { GGML_TYPES } from '../../src/gguf/gguf-format.ts'
import { readGguf } from '../../src/gguf/read-gguf.ts'
import { writeGguf } from '../../src/gguf/write-gguf.ts'

/** Weights of a Q8_0 block, after its scale of two bytes. */
const Q8_BLOCK_WEIGHTS = 32

/** The tensors of a layer in the middle, and the embeddings: one of each kind that has quantised weights. */
export const FLIPPED_TENSORS: readonly string[] = [
  'token_embd.weight',
  ...['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'].map(
    (part) => `blk.2.${part}.weight`,
  ),
]

/** The largest magnitude of a quantised weight: in every block at least one has it. */
const LARGEST_WEIGHT = 127

/**
 * Copies a model with the sign of one quantised weight reversed: the first of the tensor's middle block that has the
 * largest magnitude. A flip of a lowest bit is no use as a control: activations are rounded to eight bits between
 * layers, and where the neuron hardly fires the change is rounded away (measured on the trained model). What
 * catches every change of a file is its SHA-256.
 */
export async function flipOneWeight(from: string, to: string, tensorName: string): Promise<void> {
  const { tensors, dataOffset } = await readGguf(from)
  const tensor = tensors.find(({ name, type }) => type === 'Q8_0' && name === tensorName)
  if (tensor === undefined) throw new Error(`the model has no Q8_0 tensor ${tensorName}`)
  const bytes = await readFile(from)
  const { blockBytes } = GGML_TYPES.Q8_0
  const block = Math.floor(tensor.sizeBytes / blockBytes / 2)
  const start = dataOffset + tensor.offset + block * blockBytes + 2
  const index = bytes
    .subarray(start, start + Q8_BLOCK_WEIGHTS)
    .findIndex((_, i) => Math.abs(bytes.readInt8(start + i)) === LARGEST_WEIGHT)
  if (index < 0) throw new Error(`no weight of ${LARGEST_WEIGHT} in the middle block of ${tensorName}`)
  bytes.writeInt8(-bytes.readInt8(start + index), start + index)
  await writeFile(to, bytes)
}

/** Writes a Q8_0 model's weights as F16: the same numbers, rounded to half precision. */
export async function convertToHalf(from: string, to: string): Promise<void> {
  const { metadata, tensors, dataOffset } = await readGguf(from)
  const file = await open(from, 'r')
  try {
    const converted = []
    for (const { name, type, dimensions, offset, sizeBytes } of tensors) {
      const data = Buffer.alloc(sizeBytes)
      await file.read(data, 0, sizeBytes, dataOffset + offset)
      if (type === 'Q8_0') converted.push({ name, type: 'F16' as const, dimensions, data: () => [halveBlocks(data)] })
      else converted.push({ name, type, dimensions, data: () => [new Uint8Array(data)] })
    }
    await writeGguf(to, { metadata, tensors: converted })
  } finally {
    await file.close()
  }
}

function halveBlocks(blocks: Buffer): Uint8Array {
  const { blockBytes } = GGML_TYPES.Q8_0
  const count = blocks.length / blockBytes
  const half = Buffer.alloc(2 * Q8_BLOCK_WEIGHTS * count)
  for (let block = 0; block < count; block++) {
    const scale = halfBitsToFloat(blocks.readUInt16LE(block * blockBytes))
    for (let i = 0; i < Q8_BLOCK_WEIGHTS; i++) {
      const weight = scale * blocks.readInt8(block * blockBytes + 2 + i)
      half.writeUInt16LE(floatToHalfBits(weight), 2 * (block * Q8_BLOCK_WEIGHTS + i))
    }
  }
  return half
}

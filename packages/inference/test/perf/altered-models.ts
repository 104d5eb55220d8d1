import { open, readFile, writeFile } from 'node:fs/promises'
import { floatToHalfBits, halfBitsToFloat } from '../../src/gguf/float16.ts'
import { GGML_TYPES } from '../../src/gguf/gguf-format.ts'
import { readGguf } from '../../src/gguf/read-gguf.ts'
import { writeGguf } from '../../src/gguf/write-gguf.ts'

/** Weights of a Q8_0 block, after its scale of two bytes. */
const Q8_BLOCK_WEIGHTS = 32

/** Copies a model and flips the lowest bit of one quantised weight in the middle of it. Returns the tensor's name. */
export async function flipOneWeight(from: string, to: string): Promise<string> {
  const { tensors, dataOffset } = await readGguf(from)
  const tensor = tensors.find(({ name, type }) => type === 'Q8_0' && name === 'blk.2.ffn_up.weight')
  if (tensor === undefined) throw new Error('the model has no Q8_0 tensor blk.2.ffn_up.weight')
  const bytes = await readFile(from)
  // The first weight of the second block: past that block's two bytes of scale.
  const at = dataOffset + tensor.offset + GGML_TYPES.Q8_0.blockBytes + 2
  bytes[at] = (bytes[at] ?? 0) ^ 1
  await writeFile(to, bytes)
  return tensor.name
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

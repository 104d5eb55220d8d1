import { readFile } from 'node:fs/promises'
import {
  encodeWeights,
  type GgufHeader,
  type GgufTensor,
  type GgufTensorSource,
  halfBitsToFloat,
  readGguf,
  writeGguf,
} from '@poai/inference/gguf'

const Q8_BLOCK = 32
const Q8_BLOCK_BYTES = 34

interface OpenModel {
  readonly header: GgufHeader
  bytesOf(tensor: GgufTensor): Uint8Array
}

async function openModel(path: string): Promise<OpenModel> {
  const [header, file] = await Promise.all([readGguf(path), readFile(path)])
  return {
    header,
    bytesOf: ({ offset, sizeBytes }) => {
      const start = header.dataOffset + offset
      return file.subarray(start, start + sizeBytes)
    },
  }
}

function copyOf(tensor: GgufTensor, model: OpenModel): GgufTensorSource {
  return { name: tensor.name, type: tensor.type, dimensions: tensor.dimensions, data: () => [model.bytesOf(tensor)] }
}

/** The model without its last layers: what leaving early would compute. */
export async function writeShallowModel(path: string, source: string, layers: number): Promise<void> {
  const model = await openModel(source)
  const metadata = new Map(model.header.metadata)
  metadata.set('llama.block_count', { type: 'uint32', value: layers })
  const tensors = model.header.tensors.filter(({ name }) => {
    const layer = /^blk\.(\d+)\./.exec(name)?.[1]
    return layer === undefined || Number(layer) < layers
  })
  await writeGguf(path, { metadata, tensors: tensors.map((tensor) => copyOf(tensor, model)) })
}

/** The model of Q8_0 weights in four bits a weight. */
export async function writeCoarseModel(path: string, source: string): Promise<void> {
  const model = await openModel(source)
  const tensors = model.header.tensors.map((tensor): GgufTensorSource => {
    if (tensor.type !== 'Q8_0') return copyOf(tensor, model)
    const data = (): readonly Uint8Array[] => [encodeWeights('Q4_0', weightsOfQ8(model.bytesOf(tensor)))]
    return { name: tensor.name, type: 'Q4_0', dimensions: tensor.dimensions, data }
  })
  await writeGguf(path, { metadata: model.header.metadata, tensors })
}

/** Layers of the model in the file. */
export async function countLayers(path: string): Promise<number> {
  return Number((await readGguf(path)).metadata.get('llama.block_count')?.value)
}

function weightsOfQ8(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const blocks = bytes.length / Q8_BLOCK_BYTES
  const weights = new Float32Array(blocks * Q8_BLOCK)
  for (let block = 0; block < blocks; block++) {
    const start = block * Q8_BLOCK_BYTES
    const scale = halfBitsToFloat(view.getUint16(start, true))
    for (let i = 0; i < Q8_BLOCK; i++) weights[block * Q8_BLOCK + i] = scale * view.getInt8(start + 2 + i)
  }
  return weights
}

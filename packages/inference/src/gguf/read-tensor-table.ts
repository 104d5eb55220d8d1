import { ModelError } from '../models/model-error.ts'
import type { ByteCursor } from './byte-cursor.ts'
import type { GgmlTypeName } from './gguf-format.ts'
import { GGML_TYPES, tensorSizeBytes } from './gguf-format.ts'
import { GGUF_LIMITS } from './gguf-limits.ts'

/** One tensor of a file. */
export interface GgufTensor {
  readonly name: string
  readonly type: GgmlTypeName
  /** As ggml counts them: the length of a row first. */
  readonly dimensions: readonly number[]
  /** From the start of the tensor data. */
  readonly offset: number
  readonly sizeBytes: number
}

const TYPE_NAMES: ReadonlyMap<number, GgmlTypeName> = new Map(
  (Object.keys(GGML_TYPES) as GgmlTypeName[]).map((name) => [GGML_TYPES[name].id, name]),
)

/** Reads `count` entries of the tensor table: names, shapes and types that are possible, names that are unique. */
export function readTensorTable(cursor: ByteCursor, count: number): readonly GgufTensor[] {
  const tensors: GgufTensor[] = []
  const names = new Set<string>()
  for (let i = 0; i < count; i++) {
    const tensor = readTensor(cursor)
    if (names.has(tensor.name)) throw new ModelError('MODEL_HOSTILE', `tensor ${tensor.name} appears twice`)
    names.add(tensor.name)
    tensors.push(tensor)
  }
  return tensors
}

function readTensor(cursor: ByteCursor): GgufTensor {
  const name = cursor.string(GGUF_LIMITS.tensorNameBytes, 'a tensor name')
  if (!/^[!-~]+$/.test(name)) throw new ModelError('MODEL_HOSTILE', 'a tensor name is not printable ASCII')
  const dimensions = readDimensions(cursor, name)
  const type = readType(cursor, name)
  const offset = cursor.count(Number.MAX_SAFE_INTEGER, `offset of tensor ${name}`)
  return { name, type, dimensions, offset, sizeBytes: sizeOf(name, type, dimensions) }
}

function readDimensions(cursor: ByteCursor, name: string): readonly number[] {
  const count = cursor.uint32()
  if (count < 1 || count > GGUF_LIMITS.dimensions) {
    const expected = `1 to ${GGUF_LIMITS.dimensions}`
    throw new ModelError('MODEL_HOSTILE', `tensor ${name} has no possible number of dimensions`, {
      expected,
      actual: `${count}`,
    })
  }
  const dimensions: number[] = []
  for (let i = 0; i < count; i++) {
    const dimension = cursor.count(GGUF_LIMITS.dimension, `dimension ${i} of tensor ${name}`)
    if (dimension === 0) throw new ModelError('MODEL_HOSTILE', `dimension ${i} of tensor ${name} is 0`)
    dimensions.push(dimension)
  }
  return dimensions
}

function readType(cursor: ByteCursor, name: string): GgmlTypeName {
  const id = cursor.uint32()
  const type = TYPE_NAMES.get(id)
  if (type === undefined) {
    throw new ModelError('MODEL_UNSUPPORTED', `tensor ${name} has an unknown type`, {
      actual: `type ${id}`,
      hint: 'use a file with a common quantisation, such as Q8_0, Q4_0 or Q4_K_M',
    })
  }
  return type
}

function sizeOf(name: string, type: GgmlTypeName, dimensions: readonly number[]): number {
  const { blockSize } = GGML_TYPES[type]
  const [rowLength = 0] = dimensions
  if (rowLength % blockSize !== 0) {
    throw new ModelError('MODEL_HOSTILE', `rows of tensor ${name} are no whole blocks of ${type}`, {
      expected: `a multiple of ${blockSize}`,
      actual: `${rowLength}`,
    })
  }
  // Rounded where it is above 2^53, but then still above 2^53: no wrap hides a tensor that is too large.
  const sizeBytes = tensorSizeBytes(type, dimensions)
  if (sizeBytes > Number.MAX_SAFE_INTEGER)
    throw new ModelError('MODEL_HOSTILE', `tensor ${name} is larger than any file`)
  return sizeBytes
}

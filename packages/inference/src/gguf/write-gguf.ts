import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import type { ByteWriter } from './byte-writer.ts'
import { createByteWriter } from './byte-writer.ts'
import type { GgmlTypeName, GgufArray, GgufMetadata, GgufValue, GgufValueType } from './gguf-format.ts'
import {
  alignUp,
  GGML_TYPES,
  GGUF_DEFAULT_ALIGNMENT,
  GGUF_MAGIC,
  GGUF_VALUE_TYPES,
  GGUF_VERSION,
  tensorSizeBytes,
} from './gguf-format.ts'

/** A tensor to write. Its bytes are asked for only when their turn comes, so a file can be larger than the memory. */
export interface GgufTensorSource {
  readonly name: string
  readonly type: GgmlTypeName
  /** As ggml counts them: the length of a row first. */
  readonly dimensions: readonly number[]
  /**
   * The data in pieces, together exactly as long as type and dimensions say. A piece is used before the next one is
   * asked for.
   */
  readonly data: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

/** Content of a GGUF file. */
export interface GgufContent {
  readonly metadata: GgufMetadata
  readonly tensors: readonly GgufTensorSource[]
}

/** What was written: the file's identity. */
export interface WrittenGguf {
  readonly sizeBytes: number
  /** Lower-case hex. */
  readonly sha256: string
}

/**
 * Writes a GGUF v3 file with alignment 32. It appears at `path` when it is complete; a failure leaves nothing.
 */
export async function writeGguf(path: string, content: GgufContent): Promise<WrittenGguf> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const written = await writeFile(temporary, content)
    await rename(temporary, path)
    return written
  } catch (cause) {
    await rm(temporary, { force: true })
    throw cause
  }
}

async function writeFile(path: string, content: GgufContent): Promise<WrittenGguf> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const file = await open(path, 'wx')
  const append = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes)
    sizeBytes += bytes.length
    await file.writeFile(bytes)
  }
  try {
    await append(encodeGgufHeader(content))
    for (const tensor of content.tensors) {
      const start = sizeBytes
      for await (const piece of tensor.data()) await append(piece)
      const expected = tensorSizeBytes(tensor.type, tensor.dimensions)
      const actual = sizeBytes - start
      if (actual !== expected)
        throw new RangeError(`tensor ${tensor.name} has ${actual} bytes of data, not ${expected}`)
      await append(new Uint8Array(alignUp(sizeBytes, GGUF_DEFAULT_ALIGNMENT) - sizeBytes))
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

/** Everything before the tensor data, padded to the alignment. */
export function encodeGgufHeader(content: GgufContent): Uint8Array {
  const writer = createByteWriter()
  writer.uint32(GGUF_MAGIC)
  writer.uint32(GGUF_VERSION)
  writer.uint64(BigInt(content.tensors.length))
  writer.uint64(BigInt(content.metadata.size))
  for (const [key, value] of content.metadata) {
    writer.string(key)
    writer.uint32(GGUF_VALUE_TYPES[value.type])
    putValue(writer, value)
  }
  let offset = 0
  for (const { name, type, dimensions } of content.tensors) {
    writer.string(name)
    writer.uint32(dimensions.length)
    for (const dimension of dimensions) writer.uint64(BigInt(dimension))
    writer.uint32(GGML_TYPES[type].id)
    writer.uint64(BigInt(offset))
    offset = alignUp(offset + tensorSizeBytes(type, dimensions), GGUF_DEFAULT_ALIGNMENT)
  }
  writer.padTo(GGUF_DEFAULT_ALIGNMENT)
  return writer.bytes()
}

function putValue(writer: ByteWriter, entry: GgufValue): void {
  if (entry.type === 'array') putArray(writer, entry)
  else putScalar(writer, entry.type, entry.value)
}

function putArray(writer: ByteWriter, array: GgufArray): void {
  writer.uint32(GGUF_VALUE_TYPES[array.of])
  writer.uint64(BigInt(array.value.length))
  if (array.of === 'array') for (const element of array.value) putArray(writer, element)
  else for (const element of array.value) putScalar(writer, array.of, element)
}

function putScalar(
  writer: ByteWriter,
  type: Exclude<GgufValueType, 'array'>,
  value: number | bigint | boolean | string,
): void {
  if (type === 'string') writer.string(String(value))
  else if (type === 'bool') writer.uint8(value ? 1 : 0)
  else if (type === 'uint64' || type === 'int64') writer[type](BigInt(value))
  else writer[type](Number(value))
}

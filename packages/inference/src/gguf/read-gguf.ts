import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { ModelError } from '../models/model-error.ts'
import { ByteCursor, CursorExhausted } from './byte-cursor.ts'
import type { GgufMetadata } from './gguf-format.ts'
import { alignUp, GGUF_DEFAULT_ALIGNMENT, GGUF_MAGIC, GGUF_VERSION } from './gguf-format.ts'
import { GGUF_LIMITS } from './gguf-limits.ts'
import { readMetadata } from './read-metadata.ts'
import type { GgufTensor } from './read-tensor-table.ts'
import { readTensorTable } from './read-tensor-table.ts'

/** Structure of a GGUF file, checked: everything it names lies inside it, once. */
export interface GgufHeader {
  readonly alignment: number
  readonly metadata: GgufMetadata
  readonly tensors: readonly GgufTensor[]
  /** Where the tensor data starts in the file. */
  readonly dataOffset: number
}

/** Bytes read at first: the whole header of a small model. */
const FIRST_READ_BYTES = 256 * 1024

/** Reads and checks the structure of the GGUF file at `path`; the weights themselves are not read. */
export async function readGguf(path: string): Promise<GgufHeader> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  try {
    return await readGgufFrom(file)
  } catch (cause) {
    throw cause instanceof ModelError ? cause : unreadable(path, cause)
  } finally {
    await file.close()
  }
}

/**
 * Like {@link readGguf}, from an open file. Holds at most the header (`GGUF_LIMITS.headerBytes`) in memory, and what is
 * parsed from it.
 */
export async function readGgufFrom(file: FileHandle): Promise<GgufHeader> {
  const { size } = await file.stat()
  for (let wanted = FIRST_READ_BYTES; ; wanted *= 4) {
    const length = Math.min(wanted, size, GGUF_LIMITS.headerBytes)
    const prefix = await readPrefix(file, length)
    try {
      return parseGguf(prefix, size)
    } catch (error) {
      if (!(error instanceof CursorExhausted)) throw error
      if (prefix.length < length || length === size) throw truncated(size, error)
      if (length === GGUF_LIMITS.headerBytes) throw oversizedHeader(error)
    }
  }
}

/**
 * The structure of a file of `fileSize` bytes that starts with `prefix`. Throws {@link CursorExhausted} if the header
 * continues after the prefix, and a {@link ModelError} if no bytes after it could make the file right.
 */
export function parseGguf(prefix: Uint8Array, fileSize: number): GgufHeader {
  const cursor = new ByteCursor(prefix)
  checkMagic(cursor)
  checkVersion(cursor)
  const tensorCount = cursor.count(GGUF_LIMITS.tensors, 'number of tensors')
  const metadataCount = cursor.count(GGUF_LIMITS.metadataEntries, 'number of metadata entries')
  const metadata = readMetadata(cursor, metadataCount)
  const tensors = readTensorTable(cursor, tensorCount)
  const alignment = alignmentOf(metadata)
  const dataOffset = alignUp(cursor.offset, alignment)
  checkPlacement(tensors, alignment, fileSize - dataOffset)
  return { alignment, metadata, tensors, dataOffset }
}

function checkMagic(cursor: ByteCursor): void {
  const magic = cursor.uint32()
  if (magic === GGUF_MAGIC) return
  throw new ModelError('MODEL_NOT_GGUF', 'the file does not start as a GGUF file does', {
    expected: hexOf(GGUF_MAGIC),
    actual: hexOf(magic),
    hint: 'a web page saved in place of the model? Look at the first lines of the file',
  })
}

function hexOf(magic: number): string {
  return Buffer.from(new Uint32Array([magic]).buffer).toString('hex')
}

function checkVersion(cursor: ByteCursor): void {
  const version = cursor.uint32()
  if (version === GGUF_VERSION) return
  const hint = 'convert it again with a current llama.cpp (big-endian files show as version 50331648)'
  throw new ModelError('MODEL_UNSUPPORTED', 'unknown GGUF version', {
    expected: `${GGUF_VERSION}`,
    actual: `${version}`,
    hint,
  })
}

function alignmentOf(metadata: GgufMetadata): number {
  const entry = metadata.get('general.alignment')
  if (entry === undefined) return GGUF_DEFAULT_ALIGNMENT
  const alignment = entry.type === 'uint32' ? entry.value : 0
  const isPowerOfTwo = alignment > 0 && (alignment & (alignment - 1)) === 0
  if (isPowerOfTwo && alignment <= GGUF_LIMITS.alignment) return alignment
  const expected = `a power of two up to ${GGUF_LIMITS.alignment}, as uint32`
  throw new ModelError('MODEL_HOSTILE', 'impossible alignment', {
    expected,
    actual: `${entry.type} ${String(entry.value)}`,
  })
}

/** Each tensor starts aligned, ends inside the file, and shares no byte with another. */
function checkPlacement(tensors: readonly GgufTensor[], alignment: number, dataBytes: number): void {
  let previous: GgufTensor | undefined
  for (const tensor of tensors.toSorted((a, b) => a.offset - b.offset)) {
    if (tensor.offset % alignment !== 0) {
      const expected = `a multiple of ${alignment}`
      throw new ModelError('MODEL_HOSTILE', `tensor ${tensor.name} is not aligned`, {
        expected,
        actual: `${tensor.offset}`,
      })
    }
    if (previous !== undefined && previous.offset + previous.sizeBytes > tensor.offset) {
      throw new ModelError('MODEL_HOSTILE', `tensors ${previous.name} and ${tensor.name} overlap`)
    }
    const end = tensor.offset + tensor.sizeBytes
    if (end > dataBytes) {
      throw new ModelError('MODEL_TRUNCATED', `tensor ${tensor.name} ends after the end of the file`, {
        expected: `${end} bytes of data`,
        actual: `${Math.max(dataBytes, 0)}`,
        hint: 'fetch the file again: the download was cut off',
      })
    }
    previous = tensor
  }
}

async function readPrefix(file: FileHandle, length: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

function unreadable(path: string, cause: unknown): ModelError {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
  if (isMissing) return new ModelError('MODEL_MISSING', `there is no file ${path}`, { cause })
  return new ModelError('MODEL_STORE_FAILED', `cannot read ${path}`, { cause })
}

function truncated(fileSize: number, cause: CursorExhausted): ModelError {
  const hint = 'fetch the file again: the download was cut off'
  return new ModelError('MODEL_TRUNCATED', 'the file ends inside its header', {
    actual: `${fileSize} bytes`,
    hint,
    cause,
  })
}

function oversizedHeader(cause: CursorExhausted): ModelError {
  const expected = `at most ${GGUF_LIMITS.headerBytes} bytes`
  return new ModelError('MODEL_HOSTILE', 'the header exceeds its bound', { expected, cause })
}

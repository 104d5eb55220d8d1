import { type FileHandle, open as openFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import {
  bytesToUint,
  concatBytes,
  decodeRlp,
  encodeRlp,
  equalBytes,
  HASH_BYTES,
  type Hash32,
  toHash32,
  uintToBytes,
  utf8ToBytes,
} from '@poai/core'
import { storageFailure } from '../database/level-failure.ts'
import { StorageError } from '../storage-error.ts'

/**
 * A chain on its way from one node to another, in a file:
 *
 * ```
 * magic   "poaichn" ∥ 01                        8 bytes: 70 6f 61 69 63 68 6e 01
 * frame   of the label: RLP [network name, genesis hash, first u64, last u64]
 * frame   of block `first`: RLP [header, body]
 * …
 * frame   of block `last`
 *
 * frame = size u32 ∥ CRC-32 u32 ∥ payload       both of the payload, big-endian
 * ```
 * A file that ends early, inside a frame or between two, can be continued by writing it again.
 */
export interface ChainFileLabel {
  /** For people; the genesis hash decides. */
  readonly network: string
  readonly genesisHash: Hash32
  readonly first: bigint
  readonly last: bigint
}

export const CHAIN_FILE_MAGIC: Uint8Array = concatBytes(utf8ToBytes('poaichn'), Uint8Array.of(1))
export const FRAME_HEAD_BYTES = 8
/** A name of at most 64 letters and three numbers. */
const MAX_LABEL_BYTES = 256

function foreign(actual: string): StorageError {
  return new StorageError('STORAGE_CHAIN_FILE_FOREIGN', 'not a chain file of this version', {
    expected: 'the magic "poaichn" and 1',
    actual,
  })
}

/** The bytes of a frame around `payload`. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  const head = new Uint8Array(FRAME_HEAD_BYTES)
  const view = new DataView(head.buffer)
  view.setUint32(0, payload.length)
  view.setUint32(4, crc32(payload))
  return concatBytes(head, payload)
}

/** The frame of a label. */
export function encodeLabel({ network, genesisHash, first, last }: ChainFileLabel): Uint8Array {
  return encodeFrame(encodeRlp([utf8ToBytes(network), genesisHash, uintToBytes(first, 8), uintToBytes(last, 8)]))
}

function decodeLabel(payload: Uint8Array): ChainFileLabel {
  const items = decodeRlp(payload)
  const [network, genesis, first, last] = items instanceof Uint8Array ? [] : items
  const parts = [network, genesis, first, last].map((item) => (item instanceof Uint8Array ? item : undefined))
  if (parts[1]?.length !== HASH_BYTES || parts[2]?.length !== 8 || parts[3]?.length !== 8)
    throw damaged('the label is not a label')
  return {
    network: new TextDecoder().decode(parts[0]),
    genesisHash: toHash32(parts[1]),
    first: bytesToUint(parts[2]),
    last: bytesToUint(parts[3]),
  }
}

/** The file's bytes contradict themselves. */
export function damaged(
  message: string,
  details: { expected?: string; actual?: string; cause?: unknown } = {},
): StorageError {
  return new StorageError('STORAGE_CHAIN_FILE_DAMAGED', message, details)
}

/** True if both are of the same network and range; the name is only a name. */
export function isSameLabel(a: ChainFileLabel, b: ChainFileLabel): boolean {
  return equalBytes(a.genesisHash, b.genesisHash) && a.first === b.first && a.last === b.last
}

/** Reads frames one after the other. */
export interface FrameReader {
  /** Where the next frame begins. */
  offset: number
  readonly handle: FileHandle
}

/** Opens a file, with the file system's failures in our words. */
export async function openChainFile(path: string, flags: string): Promise<FileHandle> {
  try {
    return await openFile(path, flags)
  } catch (cause) {
    throw storageFailure(`open the chain file ${path}`, cause)
  }
}

async function readBytes({ handle, offset }: FrameReader, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  const { bytesRead } = await handle.read(bytes, 0, size, offset)
  return bytes.subarray(0, bytesRead)
}

/**
 * The next frame's payload. Undefined at the end of the file, and where it ends inside a frame: then `offset` stays at
 * that frame's beginning. Throws on a frame that is there but wrong.
 */
export async function readFrame(reader: FrameReader, maxBytes: number): Promise<Uint8Array | undefined> {
  const head = await readBytes(reader, FRAME_HEAD_BYTES)
  if (head.length < FRAME_HEAD_BYTES) return undefined
  const view = new DataView(head.buffer)
  const size = view.getUint32(0)
  if (size > maxBytes)
    throw damaged(`the frame at byte ${reader.offset} is too large`, {
      expected: `<= ${maxBytes} bytes`,
      actual: `${size} bytes`,
    })
  const payload = await readBytes({ ...reader, offset: reader.offset + FRAME_HEAD_BYTES }, size)
  if (payload.length < size) return undefined
  if (crc32(payload) !== view.getUint32(4)) throw damaged(`the frame at byte ${reader.offset} has another checksum`)
  reader.offset += FRAME_HEAD_BYTES + size
  return payload
}

/**
 * Reads the magic and the label, and leaves the reader at the first block; undefined where the file ends before that.
 */
export async function readLabel(reader: FrameReader): Promise<ChainFileLabel | undefined> {
  const magic = await readBytes({ ...reader, offset: 0 }, CHAIN_FILE_MAGIC.length)
  if (!equalBytes(magic, CHAIN_FILE_MAGIC.subarray(0, magic.length))) throw foreign('another file')
  reader.offset = CHAIN_FILE_MAGIC.length
  const payload = magic.length < CHAIN_FILE_MAGIC.length ? undefined : await readFrame(reader, MAX_LABEL_BYTES)
  return payload === undefined ? undefined : decodeLabel(payload)
}

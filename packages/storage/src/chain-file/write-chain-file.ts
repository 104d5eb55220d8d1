import type { FileHandle } from 'node:fs/promises'
import { type Block, type BlockCodecs, concatBytes, type Hash32, headerHash, joinBytes } from '@poai/core'
import { storageFailure } from '../database/level-failure.ts'
import { StorageError } from '../storage-error.ts'
import {
  CHAIN_FILE_MAGIC,
  type ChainFileLabel,
  encodeFrame,
  encodeLabel,
  type FrameReader,
  isSameLabel,
  openChainFile,
  readFrame,
  readLabel,
} from './chain-file-format.ts'
import { decodeChainFileBlock } from './read-chain-file.ts'

/** Where the blocks come from. */
export interface WriteChainFileOptions {
  readonly label: ChainFileLabel
  readonly codecs: Pick<BlockCodecs, 'block'>
  /** The blocks from `from` on, in order; asked once. */
  readonly blocks: (from: bigint) => AsyncIterable<Block>
  /** False for a block of the file that the chain has left since: it is written again, with all blocks after it. */
  readonly isCanonical?: (number: bigint, hash: Hash32) => boolean
  readonly onBlock?: (number: bigint) => void
  readonly signal?: AbortSignal
}

/** Bytes gathered before they are written: small blocks are a few hundred bytes each. */
const WRITE_CHUNK_BYTES: number = 1024 * 1024

/**
 * Writes blocks `first` to `last` to a file, and syncs it. A file of the same label that is there already is checked,
 * cut after its last whole and right block, and continued from there. Resolves to the first number that it had to
 * write.
 */
export async function writeChainFile(path: string, options: WriteChainFileOptions): Promise<bigint> {
  const handle = await openChainFile(path, 'a+').then(async (created) => {
    // Only 'r+' writes where it is told to, and only 'a+' makes a file without emptying it.
    await created.close()
    return openChainFile(path, 'r+')
  })
  try {
    const place = await findEnd(handle, options)
    await handle.truncate(place.offset)
    await append(handle, options, place)
    await handle.sync()
    return place.next
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause
    throw storageFailure(`write the chain file ${path}`, cause)
  } finally {
    await handle.close()
  }
}

/** Where to go on. */
interface Place {
  readonly offset: number
  readonly next: bigint
  readonly parent: Hash32 | undefined
}

async function findEnd(handle: FileHandle, options: WriteChainFileOptions): Promise<Place> {
  const { label, codecs, signal, isCanonical = () => true } = options
  const reader: FrameReader = { handle, offset: 0 }
  const found = await readLabel(reader)
  if (found === undefined) {
    const begin = concatBytes(CHAIN_FILE_MAGIC, encodeLabel(label))
    await handle.write(begin, 0, begin.length, 0)
    return { offset: begin.length, next: label.first, parent: undefined }
  }
  if (!isSameLabel(found, label)) {
    throw new StorageError('STORAGE_CHAIN_FILE_FOREIGN', 'the file holds another export', {
      expected: `blocks ${label.first} to ${label.last} of ${label.network}`,
      actual: `blocks ${found.first} to ${found.last} of ${found.network}`,
      hint: 'name another file, or delete that one',
    })
  }
  let place: Place = { offset: reader.offset, next: label.first, parent: undefined }
  while (place.next <= label.last) {
    signal?.throwIfAborted()
    try {
      const payload = await readFrame(reader, codecs.block.maxBytes)
      if (payload === undefined) return place
      const block = decodeChainFileBlock(payload, codecs, { number: place.next, parent: place.parent })
      const hash = headerHash(block.header)
      if (!isCanonical(place.next, hash)) return place
      place = { offset: reader.offset, next: place.next + 1n, parent: hash }
    } catch (cause) {
      // From the first wrong frame on everything is written again.
      if (cause instanceof StorageError && cause.code === 'STORAGE_CHAIN_FILE_DAMAGED') return place
      throw cause
    }
  }
  return place
}

async function append(handle: FileHandle, options: WriteChainFileOptions, place: Place): Promise<void> {
  const { label, codecs, blocks, onBlock, signal } = options
  let { offset, next, parent } = place
  if (next > label.last) return
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  const flush = async (): Promise<void> => {
    const bytes = joinBytes(waiting)
    await handle.write(bytes, 0, bytes.length, offset)
    offset += bytes.length
    waiting = []
    waitingBytes = 0
  }
  for await (const block of blocks(next)) {
    if (signal?.aborted === true) await flush()
    signal?.throwIfAborted()
    const payload = codecs.block.encode(block)
    parent = headerHash(decodeChainFileBlock(payload, codecs, { number: next, parent }).header)
    const frame = encodeFrame(payload)
    waiting.push(frame)
    waitingBytes += frame.length
    if (waitingBytes >= WRITE_CHUNK_BYTES) await flush()
    onBlock?.(next)
    if (next === label.last) break
    next++
  }
  await flush()
  if (next === label.last) return
  throw new StorageError('STORAGE_FAILED', 'the blocks to export ended early', {
    expected: `${label.last}`,
    actual: `${next - 1n}`,
  })
}

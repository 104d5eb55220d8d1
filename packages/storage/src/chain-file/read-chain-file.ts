import { type Block, type BlockCodecs, equalBytes, type Hash32, headerHash, isBodyOf } from '@poai/core'
import { StorageError } from '../storage-error.ts'
import {
  type ChainFileLabel,
  damaged,
  type FrameReader,
  openChainFile,
  readFrame,
  readLabel,
} from './chain-file-format.ts'

/** What a reader must know to read. */
export interface ReadChainFileOptions {
  readonly codecs: Pick<BlockCodecs, 'block'>
  /** Refuse the file of another network. */
  readonly genesisHash: Hash32
  /** Skip what is known already; the label's first block where it is lower. */
  readonly from?: bigint
  readonly signal?: AbortSignal
}

/** What a chain file says of itself. Nothing but the label is read. */
export async function readChainFileLabel(path: string): Promise<ChainFileLabel> {
  const handle = await openChainFile(path, 'r')
  try {
    const label = await readLabel({ handle, offset: 0 })
    if (label === undefined) throw damaged('the file ends before its label does')
    return label
  } finally {
    await handle.close()
  }
}

/** The block of a frame; it must be the one that the label and the block before promise. */
export function decodeChainFileBlock(
  payload: Uint8Array,
  codecs: Pick<BlockCodecs, 'block'>,
  expected: { readonly number: bigint; readonly parent: Hash32 | undefined },
): Block {
  const { number, parent } = expected
  let block: Block
  try {
    block = codecs.block.decode(payload)
  } catch (cause) {
    throw damaged(`block ${number} cannot be decoded`, { cause })
  }
  const { header, body } = block
  if (header.number !== number)
    throw damaged('a block is out of place', { expected: `${number}`, actual: `${header.number}` })
  if (parent !== undefined && !equalBytes(header.parentHash, parent))
    throw damaged(`block ${number} does not follow block ${number - 1n}`)
  if (!isBodyOf(header, body)) throw damaged(`the body of block ${number} is not its header's`)
  return block
}

/**
 * The blocks of a file in order, each checked: checksum, encoding, number, link to the one before, body against header.
 * That they are valid is not known by that: they go through the chain's import like a stranger's. A file without its
 * end is damaged.
 */
export async function* readChainFile(path: string, options: ReadChainFileOptions): AsyncGenerator<Block, void, void> {
  const { codecs, genesisHash, from = 0n, signal } = options
  const handle = await openChainFile(path, 'r')
  try {
    const reader: FrameReader = { handle, offset: 0 }
    const label = await readLabel(reader)
    if (label === undefined) throw damaged('the file ends before its label does')
    if (!equalBytes(label.genesisHash, genesisHash))
      throw new StorageError('STORAGE_CHAIN_FILE_FOREIGN', `the chain file is of the network ${label.network}`)
    let parent: Hash32 | undefined
    for (let number = label.first; number <= label.last; number++) {
      signal?.throwIfAborted()
      const payload = await readFrame(reader, codecs.block.maxBytes)
      if (payload === undefined)
        throw damaged('the file ends before its last block', { expected: `${label.last}`, actual: `${number - 1n}` })
      const block = decodeChainFileBlock(payload, codecs, { number, parent })
      parent = headerHash(block.header)
      if (number >= from) yield block
    }
    if ((await handle.stat()).size !== reader.offset) throw damaged('bytes follow the last block')
  } finally {
    await handle.close()
  }
}

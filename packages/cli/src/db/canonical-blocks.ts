import type { Block } from '@poai/core'
import { type BlockStore, StorageError } from '@poai/storage'

/** The blocks of the canonical chain from `from` to the head. */
export async function* canonicalBlocks(blocks: BlockStore, from: bigint): AsyncGenerator<Block, void, void> {
  const head = blocks.head()?.number ?? -1n
  for (let number = from; number <= head; number++) {
    const hash = blocks.canonicalHash(number)
    const header = hash === undefined ? undefined : blocks.header(hash)
    const body = hash === undefined ? undefined : await blocks.body(hash)
    if (header === undefined || body === undefined) {
      throw new StorageError('STORAGE_DAMAGED', `block ${number} is incomplete`, {
        hint: 'poai db check looks for more damage',
      })
    }
    yield { header, body }
  }
}

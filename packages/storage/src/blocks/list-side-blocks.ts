import { equalBytes, type Hash32, headerCodec, invariant, toHash32 } from '@poai/core'
import { decodeNumber, encodeNumber, hashedKey, keyOf, NUMBER_BYTES, numberedKey, tableRange } from '../keys.ts'
import { readHorizons } from '../prune/horizons.ts'
import type { Store } from '../store/store.ts'
import { readHead } from './chain-head.ts'

/** A block that is stored and not on the canonical chain. */
export interface StoredSideBlock {
  readonly hash: Hash32
  readonly parentHash: Hash32
  readonly number: bigint
  readonly bodyBytes: number
}

/**
 * Lists all of them. Reads one key a block from the horizon of branches on, and more only of heights that have several:
 * a million in seconds.
 */
export async function listSideBlocks(store: Store): Promise<readonly StoredSideBlock[]> {
  const found: StoredSideBlock[] = []
  for (const { number, hashes } of await contestedHeights(store)) {
    const canonical = store.getSync(numberedKey('canonical', number))
    for (const hash of hashes) {
      if (canonical !== undefined && equalBytes(canonical, hash)) continue
      const header = store.getSync(hashedKey('headers', hash))
      invariant(header !== undefined, 'a block at a height has a header')
      const { parentHash } = headerCodec.decode(header)
      const body = await store.get(hashedKey('bodies', hash))
      found.push({ hash, parentHash, number, bodyBytes: body?.length ?? 0 })
    }
  }
  return found
}

interface Height {
  readonly number: bigint
  readonly hashes: Hash32[]
}

/** Heights with several blocks, or with one above the head. */
async function contestedHeights(store: Store): Promise<readonly Height[]> {
  const { branches } = readHorizons(store)
  const head = readHead(store)?.number ?? 0n
  const contested: Height[] = []
  let current: Height | undefined
  const close = (height: Height | undefined): void => {
    if (height !== undefined && (height.hashes.length > 1 || height.number > head)) contested.push(height)
  }
  const range = { gte: keyOf('heights', encodeNumber(branches)), lt: tableRange('heights').lt }
  for await (const [key] of store.entries(range)) {
    const number = decodeNumber(key, 1)
    const hash = toHash32(key.subarray(1 + NUMBER_BYTES))
    if (current?.number === number) current.hashes.push(hash)
    else {
      close(current)
      current = { number, hashes: [hash] }
    }
  }
  close(current)
  return contested
}

import {
  bytesField,
  type Field,
  type Hash32,
  hashField,
  invariant,
  nameField,
  type RuleCode,
  rlpCodec,
  structField,
  uint64Field,
  utf8ToBytes,
} from '@poai/core'
import { decodeNumber, numberedKey, tableRange } from '../keys.ts'
import type { Store } from '../store/store.ts'
import type { WriteBatch } from '../store/write-batch.ts'

/**
 * Where a bad block is kept. Bad blocks cost their makers different amounts, and cheap ones must not push out expensive
 * ones.
 *
 * - `worked`: its work was replayed and is real, so that each costs its maker the work of a block.
 * - `claimed`: it only claims work, which costs its maker some hashes and, as it is caught, the connection.
 */
export type Shelf = 'worked' | 'claimed'

/** How much of each shelf is kept, the newest first. */
export interface ShelfLimits {
  readonly maxBlocks: number
  /** Of the blocks' encodings. A block that is larger by itself is not kept. */
  readonly maxBytes: number
}

/** Sixteen blocks in all: enough to see a pattern, and 17 MiB of disk at most. */
export const BAD_BLOCK_SHELVES: Readonly<Record<Shelf, ShelfLimits>> = {
  worked: { maxBlocks: 12, maxBytes: 16 * 1024 * 1024 },
  claimed: { maxBlocks: 4, maxBytes: 1024 * 1024 },
}

/** A block that broke a rule, as it came. */
export interface KeptBadBlock {
  readonly hash: Hash32
  readonly rule: RuleCode
  /** What was expected and found, for people. */
  readonly reason: string
  /** The peer that brought it, by the name that the importer was given. */
  readonly source: string
  /** By this machine's clock, in Unix time. */
  readonly atMs: bigint
  /** The encoding. Later programs may have other codecs, so that it is not decoded here. */
  readonly block: Uint8Array
  readonly shelf: Shelf
}

const SHELF_BYTES: Readonly<Record<Shelf, number>> = { worked: 0, claimed: 1 }
const MAX_TEXT_BYTES = 512

/** Text of people and peers, cut to its bound. */
const textField: Pick<Field<string>, 'toItem' | 'fromItem'> = {
  toItem: (text) => utf8ToBytes(text).subarray(0, MAX_TEXT_BYTES),
  fromItem: (item, path) => new TextDecoder().decode(bytesField(MAX_TEXT_BYTES).fromItem(item, path)),
}

type Kept = Omit<KeptBadBlock, 'shelf'>

const MAX_BLOCK_BYTES: number = BAD_BLOCK_SHELVES.worked.maxBytes

const recordCodec = rlpCodec<Kept>(
  'bad block',
  structField<Kept>({
    hash: hashField,
    rule: nameField(64) as Field<string> as Field<RuleCode>,
    // Never read or written as JSON.
    reason: { ...textField, toJson: (text) => text, fromJson: () => undefined },
    source: { ...textField, toJson: (text) => text, fromJson: () => undefined },
    atMs: uint64Field,
    block: bytesField(MAX_BLOCK_BYTES),
  }),
  MAX_BLOCK_BYTES + 2048,
)

function shelfStart(shelf: Shelf): Uint8Array {
  return Uint8Array.of(SHELF_BYTES[shelf])
}

/** Keeps a block for people to look at; the oldest of its shelf make room. */
export async function keepBadBlock(store: Store, batch: WriteBatch, { shelf, ...record }: KeptBadBlock): Promise<void> {
  const { maxBlocks, maxBytes } = BAD_BLOCK_SHELVES[shelf]
  if (record.block.length > maxBytes) return
  const kept: { readonly key: Uint8Array; readonly bytes: number }[] = []
  for await (const [key, value] of store.entries(tableRange('keptBadBlocks', shelfStart(shelf))))
    kept.push({ key, bytes: value.length })
  const last = kept.at(-1)
  const place = last === undefined ? 0n : decodeNumber(last.key, 2) + 1n
  const value = recordCodec.encode(record)
  let bytes = kept.reduce((sum, one) => sum + one.bytes, value.length)
  while (kept.length >= maxBlocks || (kept.length > 0 && bytes > maxBytes)) {
    const oldest = kept.shift()
    invariant(oldest !== undefined, 'a shelf has room for a block')
    batch.delete(oldest.key)
    bytes -= oldest.bytes
  }
  batch.put(numberedKey('keptBadBlocks', place, shelfStart(shelf)), value)
}

/** The bad blocks that are kept, those with work first, each shelf from the newest on. */
export async function keptBadBlocks(store: Store): Promise<readonly KeptBadBlock[]> {
  const found: KeptBadBlock[] = []
  for (const shelf of ['worked', 'claimed'] as const) {
    const own: KeptBadBlock[] = []
    for await (const [, value] of store.entries(tableRange('keptBadBlocks', shelfStart(shelf))))
      own.push({ ...recordCodec.decode(value), shelf })
    found.push(...own.reverse())
  }
  return found
}

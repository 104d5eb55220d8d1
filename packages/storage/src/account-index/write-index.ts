import { type Address, HASH_BYTES, type Hash32, invariant, joinBytes, toHash32 } from '@poai/core'
import { decodeNumber, encodeNumber, hashedKey, keyOf, NUMBER_BYTES, numberedKey, tableRange } from '../keys.ts'
import type { TableName } from '../layout.ts'
import { StorageError } from '../storage-error.ts'
import type { Store, SyncReader } from '../store/store.ts'
import type { WriteBatch } from '../store/write-batch.ts'

/** The version of what the index holds. An index of another version is dropped and built again. */
export const INDEX_FORMAT = 1

/** What an account was in a transaction; several at once are added. */
export const ROLES = {
  /** Signed it. */
  sender: 1,
  /** Is named by it. */
  receiver: 2,
  /** Began a call, creation or self-destruction in it, the outermost included. */
  caller: 4,
  /** Was called, inherited, or was to be created in it, the outermost included. */
  called: 8,
  /** Is a contract since then. */
  created: 16,
} as const

/** An account that a transaction had to do with. */
export interface TouchedAccount {
  readonly address: Address
  readonly index: number
  /** Of {@link ROLES}. */
  readonly roles: number
}

/** What the index keeps of a block. */
export interface IndexedBlock {
  readonly number: bigint
  readonly hash: Hash32
  readonly parentHash: Hash32
  readonly beneficiary: Address
  /** One entry for an account and a transaction. */
  readonly touched: readonly TouchedAccount[]
  readonly sent: readonly { readonly sender: Address; readonly nonce: bigint; readonly index: number }[]
  readonly creations: readonly { readonly address: Address; readonly creator: Address; readonly index: number }[]
}

/** How far the index goes. */
export interface IndexProgress {
  /** All blocks from the first one to this one are in it. */
  readonly number: bigint
  readonly hash: Hash32
  /**
   * From this block on, calls inside transactions are in it too. Before it, the states were gone that it takes to
   * execute blocks again.
   */
  readonly tracedFrom: bigint
}

const INDEX_BYTES = 4
const NO_VALUE = new Uint8Array(0)
const PROGRESS_BYTES = INDEX_BYTES + NUMBER_BYTES + HASH_BYTES + NUMBER_BYTES

/** Undefined if there is no index, or one of another format. */
export function readIndexProgress(reader: SyncReader): IndexProgress | undefined {
  const bytes = reader.getSync(keyOf('indexedTo'))
  if (bytes === undefined || bytes.length !== PROGRESS_BYTES) return undefined
  const format = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0)
  if (format !== INDEX_FORMAT) return undefined
  const hashAt = INDEX_BYTES + NUMBER_BYTES
  return {
    number: decodeNumber(bytes, INDEX_BYTES),
    hash: toHash32(bytes.subarray(hashAt, hashAt + HASH_BYTES)),
    tracedFrom: decodeNumber(bytes, hashAt + HASH_BYTES),
  }
}

/** Writes how far the index goes: in the batch of the entries that bring it there. */
export function putIndexProgress(batch: WriteBatch, { number, hash, tracedFrom }: IndexProgress): void {
  const value = joinBytes([encodeIndex(INDEX_FORMAT), encodeNumber(number), hash, encodeNumber(tracedFrom)])
  batch.put(keyOf('indexedTo'), value)
}

/** Adds a block. With a journal it can be taken back: final blocks need none. */
export function putIndexedBlock(
  batch: WriteBatch,
  block: IndexedBlock,
  { withJournal }: { readonly withJournal: boolean },
): void {
  const { number, parentHash, beneficiary, touched, sent, creations } = block
  const keys: Uint8Array[] = []
  const put = (key: Uint8Array, value: Uint8Array): void => {
    batch.put(key, value)
    if (withJournal) keys.push(Uint8Array.of(key.length), key)
  }
  put(numberedKey('mined', number, beneficiary), NO_VALUE)
  for (const { address, index, roles } of touched) put(touchedKey(address, number, index), Uint8Array.of(roles))
  for (const { sender, nonce, index } of sent)
    put(numberedKey('sent', nonce, sender), joinBytes([encodeNumber(number), encodeIndex(index)]))
  for (const { address, creator, index } of creations)
    put(hashedKey('creations', address), joinBytes([encodeNumber(number), encodeIndex(index), creator]))
  if (withJournal) batch.put(numberedKey('indexJournal', number), joinBytes([parentHash, ...keys]))
}

/** Takes back the last block, which has left the chain; undefined if there is no journal of it. */
export function undoIndexedBlock(batch: WriteBatch, { number, tracedFrom }: IndexProgress): IndexProgress | undefined {
  const journalKey = numberedKey('indexJournal', number)
  const journal = batch.getSync(journalKey)
  if (journal === undefined) return undefined
  for (let at = HASH_BYTES; at < journal.length; ) {
    const end = at + 1 + (journal[at] as number)
    if (end > journal.length)
      throw new StorageError('STORAGE_DAMAGED', `the index’s journal of block ${number} is not one`)
    batch.delete(journal.slice(at + 1, end))
    at = end
  }
  batch.delete(journalKey)
  invariant(number > 0n, 'the genesis block never leaves the chain')
  const progress: IndexProgress = {
    number: number - 1n,
    hash: toHash32(journal.subarray(0, HASH_BYTES)),
    // What comes next may be executed again whether or not this block was.
    tracedFrom: tracedFrom > number ? number : tracedFrom,
  }
  putIndexProgress(batch, progress)
  return progress
}

/** Removes journals of blocks up to a final one, so many at most; true if none is left. */
export async function pruneIndexJournal(
  store: Store,
  batch: WriteBatch,
  { finalNumber, limit }: { readonly finalNumber: bigint; readonly limit: number },
): Promise<boolean> {
  const { gte } = tableRange('indexJournal')
  let removed = 0
  for await (const [key] of store.entries({ gte, lt: numberedKey('indexJournal', finalNumber + 1n), limit })) {
    batch.delete(key)
    removed++
  }
  return removed < limit
}

const INDEX_TABLES: readonly TableName[] = ['touched', 'mined', 'sent', 'creations', 'indexJournal']

/**
 * Removes up to `limit` records of an index, and first of all how far it goes, so that nobody reads what is half gone;
 * true if there is more.
 */
export async function dropAccountIndex(store: Store, batch: WriteBatch, limit: number): Promise<boolean> {
  batch.delete(keyOf('indexedTo'))
  let left = limit
  for (const table of INDEX_TABLES) {
    for await (const [key] of store.entries({ ...tableRange(table), limit: left })) {
      batch.delete(key)
      left--
    }
    if (left === 0) return true
  }
  return false
}

/** The canonical hash of a height, as the reader has it: the store, or one moment of it. */
export function canonicalHashIn(reader: SyncReader, number: bigint): Hash32 | undefined {
  const bytes = reader.getSync(numberedKey('canonical', number))
  return bytes === undefined ? undefined : toHash32(bytes)
}

/** Where an account and a transaction meet. */
export function touchedKey(address: Address, number: bigint, index: number): Uint8Array {
  return keyOf('touched', address, encodeNumber(number), encodeIndex(index))
}

function encodeIndex(index: number): Uint8Array {
  const bytes = new Uint8Array(INDEX_BYTES)
  new DataView(bytes.buffer).setUint32(0, index)
  return bytes
}

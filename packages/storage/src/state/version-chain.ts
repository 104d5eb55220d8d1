import { bytesToHex, equalBytes, invariant, joinBytes } from '@poai/core'
import { decodeNumber, encodeNumber, hashedKey, NUMBER_BYTES, numberedKey } from '../keys.ts'
import { StorageError } from '../storage-error.ts'
import type { SyncReader } from '../store/store.ts'
import type { WriteBatch } from '../store/write-batch.ts'

/**
 * A value and all that it was before, for accounts and for storage slots (the "owner" is an address, or address ∥
 * slot).
 *
 * ```
 * flat     owner            changedAt u64 ∥ depth u32 ∥ value now; no value: a tombstone, so that its history is found
 * history  owner ∥ number   previous u64 ∥ jump u64 ∥ the value before block `number` changed it
 * ```
 * `previous` is the block of the change before, `jump` that of one further back; NO_BLOCK where there is none. `depth`
 * counts the history records of the owner. Jumps follow the skew-binary scheme of E. W. Myers ("An applicative
 * random-access stack", 1983): from any record, any older one is O(log depth) reads away. LevelDB's binding seeks only
 * asynchronously and state reads are synchronous, so a range scan for the first change after a height would not do.
 */
export interface VersionedTable {
  readonly flat: 'accounts' | 'slots'
  readonly history: 'accountHistory' | 'slotHistory'
}

export const ACCOUNT_VERSIONS: VersionedTable = { flat: 'accounts', history: 'accountHistory' }
export const SLOT_VERSIONS: VersionedTable = { flat: 'slots', history: 'slotHistory' }

/** The value now. */
export interface FlatRecord {
  readonly changedAt: bigint
  readonly depth: number
  /** No bytes: there is none. */
  readonly value: Uint8Array
}

/** The value before a change. */
export interface HistoryRecord {
  readonly previous: bigint
  readonly jump: bigint
  readonly value: Uint8Array
}

/** Stands for "no block" in records: above every block number. */
export const NO_BLOCK: bigint = (1n << 64n) - 1n

const FLAT_HEAD_BYTES: number = NUMBER_BYTES + 4
const HISTORY_HEAD_BYTES: number = 2 * NUMBER_BYTES
const NO_VALUE = new Uint8Array(0)

function damaged(name: string, bytes: Uint8Array): StorageError {
  return new StorageError('STORAGE_DAMAGED', `a ${name} record is too short`, { actual: bytesToHex(bytes) })
}

/** The flat record of its bytes. */
export function decodeFlat(bytes: Uint8Array): FlatRecord {
  if (bytes.length < FLAT_HEAD_BYTES) throw damaged('state', bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    changedAt: view.getBigUint64(0),
    depth: view.getUint32(NUMBER_BYTES),
    value: bytes.subarray(FLAT_HEAD_BYTES),
  }
}

function encodeFlat({ changedAt, depth, value }: FlatRecord): Uint8Array {
  const bytes = new Uint8Array(FLAT_HEAD_BYTES + value.length)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, changedAt)
  view.setUint32(NUMBER_BYTES, depth)
  bytes.set(value, FLAT_HEAD_BYTES)
  return bytes
}

/** The history record of its bytes. */
export function decodeHistory(bytes: Uint8Array): HistoryRecord {
  if (bytes.length < HISTORY_HEAD_BYTES) throw damaged('history', bytes)
  return {
    previous: decodeNumber(bytes, 0),
    jump: decodeNumber(bytes, NUMBER_BYTES),
    value: bytes.subarray(HISTORY_HEAD_BYTES),
  }
}

function encodeHistory({ previous, jump, value }: HistoryRecord): Uint8Array {
  return joinBytes([encodeNumber(previous), encodeNumber(jump), value])
}

/** The owner's flat record, a tombstone included. */
export function readFlat(reader: SyncReader, { flat }: VersionedTable, owner: Uint8Array): FlatRecord | undefined {
  const bytes = reader.getSync(hashedKey(flat, owner))
  return bytes === undefined ? undefined : decodeFlat(bytes)
}

function readHistory(
  reader: SyncReader,
  key: readonly [VersionedTable, Uint8Array],
  number: bigint,
): HistoryRecord | undefined {
  const bytes = reader.getSync(numberedKey(key[0].history, number, key[1]))
  return bytes === undefined ? undefined : decodeHistory(bytes)
}

/** How far back the record at `depth` jumps: the last part of depth as a greedy sum of numbers 2^k - 1. */
export function jumpSpan(depth: number): number {
  let rest = depth
  for (;;) {
    let part = 1
    while (2 * part + 1 <= rest) part = 2 * part + 1
    if (part === rest) return part
    rest -= part
  }
}

/** Where the record after `flat` jumps to. A record on the way that was pruned only makes the way longer. */
function jumpAfter(reader: SyncReader, key: readonly [VersionedTable, Uint8Array], flat: FlatRecord): bigint {
  const depth = flat.depth + 1
  const span = jumpSpan(depth)
  if (span === depth) return NO_BLOCK
  if (span === 1) return flat.changedAt
  const parent = readHistory(reader, key, flat.changedAt)
  if (parent === undefined || parent.jump === NO_BLOCK) return flat.changedAt
  return readHistory(reader, key, parent.jump)?.jump ?? flat.changedAt
}

/**
 * Makes `next` the owner's value as of block `number`, and keeps the one before; no bytes take the value away. False if
 * that is the value already. What block 0 writes has nothing before it.
 */
export function writeVersion(
  batch: WriteBatch,
  key: readonly [table: VersionedTable, owner: Uint8Array],
  change: { readonly number: bigint; readonly next: Uint8Array },
): boolean {
  const [table, owner] = key
  const { number, next } = change
  const flat = readFlat(batch, table, owner)
  if (equalBytes(flat?.value ?? NO_VALUE, next)) return false
  invariant(flat === undefined || flat.changedAt < number, `block ${number} changes a value of a later block`)
  const flatKey = hashedKey(table.flat, owner)
  if (number === 0n) {
    batch.put(flatKey, encodeFlat({ changedAt: number, depth: 0, value: next }))
    return true
  }
  const record: HistoryRecord =
    flat === undefined
      ? { previous: NO_BLOCK, jump: NO_BLOCK, value: NO_VALUE }
      : { previous: flat.changedAt, jump: jumpAfter(batch, key, flat), value: flat.value }
  batch.put(numberedKey(table.history, number, owner), encodeHistory(record))
  batch.put(flatKey, encodeFlat({ changedAt: number, depth: (flat?.depth ?? 0) + 1, value: next }))
  return true
}

/** Gives the owner back the value from before block `number`, the last that changed it. */
export function revertVersion(
  batch: WriteBatch,
  key: readonly [table: VersionedTable, owner: Uint8Array],
  number: bigint,
): void {
  const [table, owner] = key
  const flat = readFlat(batch, table, owner)
  invariant(flat !== undefined && flat.changedAt === number, `block ${number} is not the last change of a value`)
  const record = readHistory(batch, key, number)
  if (record === undefined) {
    throw new StorageError('STORAGE_UNDO_PRUNED', 'the value before the block is not kept any more', {
      expected: `history of block ${number}`,
    })
  }
  const flatKey = hashedKey(table.flat, owner)
  if (record.previous === NO_BLOCK) batch.delete(flatKey)
  else batch.put(flatKey, encodeFlat({ changedAt: record.previous, depth: flat.depth - 1, value: record.value }))
  batch.delete(numberedKey(table.history, number, owner))
}

/**
 * Forgets what the owner's value was before block `number`, and its tombstone if that block took the value away for
 * good.
 */
export function pruneVersion(
  batch: WriteBatch,
  key: readonly [table: VersionedTable, owner: Uint8Array],
  number: bigint,
): void {
  const [table, owner] = key
  batch.delete(numberedKey(table.history, number, owner))
  const flat = readFlat(batch, table, owner)
  if (flat?.changedAt === number && flat.value.length === 0) batch.delete(hashedKey(table.flat, owner))
}

/** The owner's value after block `number`, no bytes if it had none. O(log of its changes since) reads. */
export function valueAt(
  reader: SyncReader,
  key: readonly [table: VersionedTable, owner: Uint8Array],
  number: bigint,
): Uint8Array {
  const flat = readFlat(reader, ...key)
  if (flat === undefined) return NO_VALUE
  if (flat.changedAt <= number) return flat.value
  const isAfter = (block: bigint): boolean => block !== NO_BLOCK && block > number
  for (let at = flat.changedAt; ; ) {
    const record = readHistory(reader, key, at)
    if (record === undefined) {
      throw new StorageError('STORAGE_HISTORY_PRUNED', 'the state at that height is not kept', {
        expected: `history of block ${at}`,
      })
    }
    if (isAfter(record.jump)) at = record.jump
    else if (isAfter(record.previous)) at = record.previous
    else return record.value
  }
}

import { type Address, concatBytes, type Hash32, joinBytes } from '@poai/core'
import { TABLES, type TableName } from './layout.ts'

/** Bytes of a block number in a key or a record. */
export const NUMBER_BYTES = 8

/** A block number as 8 big-endian bytes. */
export function encodeNumber(number: bigint): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES)
  new DataView(bytes.buffer).setBigUint64(0, number)
  return bytes
}

/** The number in the 8 bytes at `offset`. */
export function decodeNumber(bytes: Uint8Array, offset: number = 0): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(offset)
}

/** A key of a table from its parts. */
export function keyOf(table: TableName, ...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes([Uint8Array.of(TABLES[table].prefix), ...parts])
}

/** A key that ends in a block number. */
export function numberedKey(table: TableName, number: bigint, owner?: Uint8Array): Uint8Array {
  const size = owner === undefined ? 1 : 1 + owner.length
  const key = new Uint8Array(size + NUMBER_BYTES)
  key[0] = TABLES[table].prefix
  if (owner !== undefined) key.set(owner, 1)
  new DataView(key.buffer).setBigUint64(size, number)
  return key
}

/** A key of one part: a hash, an address. */
export function hashedKey(table: TableName, part: Uint8Array): Uint8Array {
  const key = new Uint8Array(1 + part.length)
  key[0] = TABLES[table].prefix
  key.set(part, 1)
  return key
}

/** Whose storage slot, and which: the owner of a version chain in the slot tables. */
export function slotOwner(address: Address, slot: Hash32): Uint8Array {
  return concatBytes(address, slot)
}

/** All keys of a table, or those of it that begin with `start`: from `gte` on, below `lt`. */
export function tableRange(
  table: TableName,
  start: Uint8Array = new Uint8Array(0),
): { readonly gte: Uint8Array; readonly lt: Uint8Array } {
  const gte = keyOf(table, start)
  return { gte, lt: afterPrefix(gte) }
}

/** The first key after all that begin with `prefix`. Prefixes of tables are below 0xff, so there is one. */
function afterPrefix(prefix: Uint8Array): Uint8Array {
  let length = prefix.length
  while (prefix[length - 1] === 0xff) length--
  const after = prefix.slice(0, length)
  after[length - 1] = (after[length - 1] as number) + 1
  return after
}

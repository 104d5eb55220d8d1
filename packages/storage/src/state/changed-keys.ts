import { ADDRESS_BYTES, decodeRlp, encodeRlp, HASH_BYTES, joinBytes, type RlpItem } from '@poai/core'
import { StorageError } from '../storage-error.ts'

/**
 * What one block changed in the flat state, so that it can be undone and its history forgotten:
 * the RLP list `[addresses of 20 bytes, slot owners of 52 (address ∥ slot), hashes of 32 of code that was new]`, each
 * one string.
 */
export interface ChangedKeys {
  readonly accounts: readonly Uint8Array[]
  readonly slots: readonly Uint8Array[]
  readonly code: readonly Uint8Array[]
}

const PART_SIZES = [ADDRESS_BYTES, ADDRESS_BYTES + HASH_BYTES, HASH_BYTES] as const

export function encodeChangedKeys({ accounts, slots, code }: ChangedKeys): Uint8Array {
  return encodeRlp([joinBytes(accounts), joinBytes(slots), joinBytes(code)])
}

function split(item: RlpItem | undefined, size: number): readonly Uint8Array[] {
  if (!(item instanceof Uint8Array) || item.length % size !== 0) {
    throw new StorageError('STORAGE_DAMAGED', 'a list of changed keys does not divide into keys')
  }
  const parts: Uint8Array[] = []
  for (let at = 0; at < item.length; at += size) parts.push(item.subarray(at, at + size))
  return parts
}

/** The keys of a record that {@link encodeChangedKeys} wrote. */
export function decodeChangedKeys(bytes: Uint8Array): ChangedKeys {
  const items = decodeRlp(bytes)
  const [accounts, slots, code] = PART_SIZES.map((size, index) => split(items[index] as RlpItem | undefined, size))
  return { accounts: accounts ?? [], slots: slots ?? [], code: code ?? [] }
}

import type { Address, Bloom, Hash32 } from '../branded.ts'
import { ADDRESS_BYTES, BLOOM_BYTES, HASH_BYTES, toAddress, toBloom, toHash32 } from '../branded.ts'
import { bytesToUint, uintToBytes, utf8ToBytes } from '../bytes.ts'
import { RuleError } from '../errors/rule-error.ts'
import { bytesToHex, hexToBytes } from '../hex.ts'
import type { RlpItem } from '../rlp.ts'
import { describe, type Field, type JsonValue } from './field.ts'

function bytesOf(item: RlpItem, path: string): Uint8Array {
  if (item instanceof Uint8Array) return item
  throw new RuleError('FIELD_KIND', `${path} is a list`, { expected: 'a string', actual: 'a list' })
}

/** Bytes between two sizes, both included. */
function sizedBytes<T extends Uint8Array>(
  minBytes: number,
  maxBytes: number,
  brandOf: (bytes: Uint8Array) => T,
): Field<T> {
  const wanted = minBytes === maxBytes ? `${maxBytes} bytes` : `${minBytes} to ${maxBytes} bytes`
  return {
    toItem: (value) => value,
    fromItem: (item, path) => {
      const bytes = bytesOf(item, path)
      if (bytes.length < minBytes || bytes.length > maxBytes) {
        throw new RuleError('FIELD_SIZE', `${path} has the wrong size`, {
          expected: wanted,
          actual: `${bytes.length} bytes`,
        })
      }
      return brandOf(bytes)
    },
    toJson: bytesToHex,
    fromJson: (value, path, report) => {
      const bytes = typeof value === 'string' ? hexToBytes(value) : undefined
      if (bytes !== undefined && bytes.length >= minBytes && bytes.length <= maxBytes) return brandOf(bytes)
      report({ path, expected: `${wanted} of hexadecimal, 0x first`, actual: describe(value) })
      return undefined
    },
  }
}

export const hashField: Field<Hash32> = sizedBytes(HASH_BYTES, HASH_BYTES, toHash32)
export const addressField: Field<Address> = sizedBytes(ADDRESS_BYTES, ADDRESS_BYTES, toAddress)
export const bloomField: Field<Bloom> = sizedBytes(BLOOM_BYTES, BLOOM_BYTES, toBloom)

/** Up to `maxBytes` bytes of anything. */
export function bytesField(maxBytes: number): Field<Uint8Array> {
  return sizedBytes(0, maxBytes, (bytes) => bytes)
}

function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  if (typeof value === 'string' && /^(?:0|[1-9][0-9]{0,77}|0x[0-9a-f]{1,64})$/.test(value)) return BigInt(value)
  return undefined
}

/** A big-endian integer from `min` to `max` without leading zeros; zero is the empty string. */
export function uintField(max: bigint, min: bigint = 0n): Field<bigint> {
  const wanted = `an integer from ${min} to ${max}`
  const maxBytes = byteLengthOf(max)
  return {
    toItem: (value) => uintToBytes(value, byteLengthOf(value)),
    fromItem: (item, path) => {
      const bytes = bytesOf(item, path)
      if (bytes[0] === 0) throw new RuleError('RLP_NON_CANONICAL', `${path} begins with a zero byte`)
      const value = bytes.length > maxBytes ? undefined : bytesToUint(bytes)
      if (value !== undefined && value >= min && value <= max) return value
      throw new RuleError('FIELD_RANGE', `${path} is out of range`, {
        expected: wanted,
        actual: value ?? `${bytes.length} bytes`,
      })
    },
    toJson: (value): JsonValue => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()),
    fromJson: (value, path, report) => {
      const integer = integerOf(value)
      if (integer !== undefined && integer >= min && integer <= max) return integer
      report({ path, expected: wanted, actual: describe(value) })
      return undefined
    },
  }
}

function byteLengthOf(value: bigint): number {
  let length = 0
  for (let rest = value; rest > 0n; rest >>= 8n) length++
  return length
}

export const uint64Field: Field<bigint> = uintField((1n << 64n) - 1n)
export const uint256Field: Field<bigint> = uintField((1n << 256n) - 1n)

/** An integer small enough for arithmetic in doubles: counts, lengths, seconds of a setting. */
export function numberField(max: number, min: number = 0): Field<number> {
  const wide = uintField(BigInt(max), BigInt(min))
  return {
    toItem: (value) => wide.toItem(BigInt(value)),
    fromItem: (item, path) => Number(wide.fromItem(item, path)),
    toJson: (value) => value,
    fromJson: (value, path, report) => {
      const integer = wide.fromJson(value, path, report)
      return integer === undefined ? undefined : Number(integer)
    },
  }
}

/** An unsigned 64-bit integer as exactly 8 big-endian bytes, as Ethereum writes a nonce. */
export const fixedUint64Field: Field<bigint> = {
  toItem: (value) => uintToBytes(value, 8),
  fromItem: (item, path) => {
    const bytes = bytesOf(item, path)
    if (bytes.length !== 8) {
      throw new RuleError('FIELD_SIZE', `${path} has the wrong size`, {
        expected: '8 bytes',
        actual: `${bytes.length} bytes`,
      })
    }
    return bytesToUint(bytes)
  },
  toJson: uint64Field.toJson,
  fromJson: uint64Field.fromJson,
}

/** Text of letters, digits and `- . _ + /`, 1 to `maxLength`: names that stand in files, logs and hashes alike. */
export function nameField(maxLength: number): Field<string> {
  const wanted = `1 to ${maxLength} letters, digits, "-", ".", "_", "+" or "/"`
  const isName = (text: string): boolean => text.length <= maxLength && /^[A-Za-z0-9._+/-]+$/.test(text)
  return {
    toItem: utf8ToBytes,
    fromItem: (item, path) => {
      const text = String.fromCharCode(...bytesOf(item, path).subarray(0, maxLength + 1))
      if (isName(text)) return text
      throw new RuleError('FIELD_RANGE', `${path} is not a name`, { expected: wanted, actual: describe(text) })
    },
    toJson: (value) => value,
    fromJson: (value, path, report) => {
      if (typeof value === 'string' && isName(value)) return value
      report({ path, expected: wanted, actual: describe(value) })
      return undefined
    },
  }
}

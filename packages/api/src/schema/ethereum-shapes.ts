import { type Address, type Hash32, hexToBytes, type JsonValue, toAddress, toHash32 } from '@poai/core'
import { invalidParams } from '../methods/rpc-error.ts'
import type { JsonSchema } from './json-schema.ts'
import * as scalars from './scalars.ts'
import { isRecord, type Shape, shape } from './shape.ts'

/** 256 bits, which is as much as the EVM can hold. */
const MAX_QUANTITY_DIGITS = 64
/** The real bound is the size of a request; this one stops quadratic work before that. */
const MAX_DATA_DIGITS = 4 * 1024 * 1024

const HEX_DATA = /^0x(?:[0-9a-fA-F]{2})*$/
const HEX_NUMBER = /^0x[0-9a-fA-F]+$/

function readQuantity(value: unknown): bigint | undefined {
  // Some clients send small numbers as numbers; leading zeros are wrong in answers and harmless in questions.
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined
  return isNumberText(value) ? BigInt(value) : undefined
}

function isNumberText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_QUANTITY_DIGITS + 2 && HEX_NUMBER.test(value)
}

function readData(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length > MAX_DATA_DIGITS || !HEX_DATA.test(value)) return undefined
  return hexToBytes(value)
}

function readSized(value: unknown, size: number): Uint8Array | undefined {
  const bytes = readData(value)
  return bytes?.length === size ? bytes : undefined
}

/** A number of at most 256 bits. */
export const quantity: Shape<bigint> = shape(scalars.quantity, 'a number in hexadecimal, as "0x1f"', readQuantity)

/** A count that fits a plain number. */
export const count: Shape<number> = shape(scalars.quantity, 'a small number in hexadecimal', (value) => {
  const read = readQuantity(value)
  return read === undefined || read > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(read)
})

const MAX_NONCE: bigint = (1n << 64n) - 1n

/** The nonce of an account or of a transaction (EIP-2681). */
export const nonce: Shape<bigint> = shape(scalars.quantity, 'a number in hexadecimal below 2^64', (value) => {
  const read = readQuantity(value)
  return read === undefined || read > MAX_NONCE ? undefined : read
})

/** Any bytes. */
export const data: Shape<Uint8Array> = shape(
  scalars.data,
  'bytes in hexadecimal, two digits each, after "0x"',
  readData,
)

/** 32 bytes. */
export const hash: Shape<Hash32> = shape(scalars.hash, '32 bytes in hexadecimal after "0x"', (value) => {
  const bytes = readSized(value, 32)
  return bytes === undefined ? undefined : toHash32(bytes)
})

/** The key of a slot: 32 bytes, or a number that fits in them. */
export const slot: Shape<Hash32> = shape(scalars.hash, 'a slot: up to 32 bytes in hexadecimal', (value) => {
  if (!isNumberText(value)) return undefined
  const bytes = hexToBytes(`0x${value.slice(2).padStart(MAX_QUANTITY_DIGITS, '0')}`)
  return bytes && toHash32(bytes)
})

/** 20 bytes, with or without a checksum in its letters. */
export const address: Shape<Address> = shape(scalars.address, 'an address: 20 bytes in hexadecimal', (value) => {
  const bytes = readSized(value, 20)
  return bytes === undefined ? undefined : toAddress(bytes)
})

/** True or false. */
export const flag: Shape<boolean> = shape(scalars.flag, 'true or false', (value) =>
  typeof value === 'boolean' ? value : undefined,
)

/** Text of at most `max` characters. */
export function textOf(max: number): Shape<string> {
  return shape({ type: 'string', maxLength: max }, `text of at most ${max} characters`, (value) =>
    typeof value === 'string' && value.length <= max ? value : undefined,
  )
}

/** JSON that the method reads itself; `schema` describes it in documents. */
export function jsonFor(schema: JsonSchema): Shape<JsonValue> {
  return shape(schema, 'JSON', (value) => value as JsonValue | undefined)
}

/** Names that a client may give to a block. */
export const BLOCK_TAGS = ['latest', 'pending', 'safe', 'finalized', 'earliest'] as const

/** A height, or a name for one. */
export type BlockHeight =
  | { readonly kind: 'tag'; readonly tag: (typeof BLOCK_TAGS)[number] }
  | { readonly kind: 'number'; readonly number: bigint }

/** A block as a client names it. */
export type BlockPlace =
  | BlockHeight
  | { readonly kind: 'hash'; readonly hash: Hash32; readonly requireCanonical: boolean }

/** The default if a client names no block. */
export const LATEST: BlockHeight = { kind: 'tag', tag: 'latest' }

function readPlace(value: unknown): BlockHeight | undefined {
  const tag = BLOCK_TAGS.find((known) => known === value)
  if (tag !== undefined) return { kind: 'tag', tag }
  const number = readQuantity(value)
  return number === undefined ? undefined : { kind: 'number', number }
}

const placeSchema: JsonSchema = {
  title: 'block number or tag',
  oneOf: [scalars.quantity, { type: 'string', enum: [...BLOCK_TAGS] }],
}

/** A height or a name for one. */
export const blockNumber: Shape<BlockHeight> = shape(placeSchema, 'a block number or tag', readPlace)

/** A height, a name, a hash, or an object with one of them (EIP-1898). */
export const blockPlace: Shape<BlockPlace> = {
  schema: { title: 'block number, tag or hash', oneOf: [...(placeSchema['oneOf'] as JsonSchema[]), scalars.hash] },
  parse: (value, path) => {
    if (isRecord(value)) return parsePlaceObject(value, path)
    if (typeof value === 'string' && value.length === 66) {
      return { kind: 'hash', hash: hash.parse(value, path), requireCanonical: false }
    }
    return blockNumber.parse(value, path)
  },
}

function parsePlaceObject(value: Readonly<Record<string, unknown>>, path: string): BlockPlace {
  const { blockHash, blockNumber: number, requireCanonical } = value
  if (blockHash !== undefined && number !== undefined) throw invalidParams(path, 'blockHash or blockNumber, not both')
  if (blockHash === undefined) return blockNumber.parse(number, `${path}.blockNumber`)
  return {
    kind: 'hash',
    hash: hash.parse(blockHash, `${path}.blockHash`),
    requireCanonical: requireCanonical !== undefined && flag.parse(requireCanonical, `${path}.requireCanonical`),
  }
}

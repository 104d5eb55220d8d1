import { concatBytes, joinBytes } from './bytes.ts'
import { RuleError } from './errors/rule-error.ts'

/**
 * Recursive Length Prefix (Ethereum Yellow Paper, appendix B), strict: one encoding per value.
 *
 * | first byte | meaning                                             | example                              |
 * | ---------- | --------------------------------------------------- | ------------------------------------ |
 * | 00…7f      | that byte                                           | `0x05` = 05                          |
 * | 80…b7      | string of 0…55 bytes                                | `0x83646f67` = "dog"                 |
 * | b8…bf      | string, length in 1…8 bytes (> 55, no leading zero) | `0xb838…` = 56 bytes                 |
 * | c0…f7      | list with 0…55 bytes of items                       | `0xc88363617483646f67` = [cat, dog]  |
 * | f8…ff      | list, length in 1…8 bytes (> 55, no leading zero)   | `0xf838…`                            |
 */
export type RlpItem = Uint8Array | readonly RlpItem[]

/**
 * Deepest nesting of any wire type is block → body → transaction → access list → entry → keys; more is an attack on the
 * stack.
 */
export const MAX_RLP_DEPTH = 8
/**
 * Most items in one message: bounds the memory of a message of one-byte items (each becomes an object about 100 times
 * its size).
 */
export const MAX_RLP_ITEMS = 400_000

const SHORT_STRING = 0x80
const LONG_STRING = 0xb7
const SHORT_LIST = 0xc0
const LONG_LIST = 0xf7
const SHORT_LIMIT = 55

function lengthBytes(length: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = (rest - (rest % 256)) / 256) bytes.unshift(rest % 256)
  return Uint8Array.from(bytes)
}

function prefix(length: number, short: number, long: number): Uint8Array {
  if (length <= SHORT_LIMIT) return Uint8Array.of(short + length)
  const size = lengthBytes(length)
  return concatBytes(Uint8Array.of(long + size.length), size)
}

/** Holds a list's place in the output until its length is known. */
const PENDING = new Uint8Array(0)

function collect(item: RlpItem, out: Uint8Array[]): number {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && (item[0] as number) < SHORT_STRING) {
      out.push(item)
      return 1
    }
    const head = prefix(item.length, SHORT_STRING, LONG_STRING)
    out.push(head, item)
    return head.length + item.length
  }
  const slot = out.length
  out.push(PENDING)
  let length = 0
  for (const child of item) length += collect(child, out)
  const head = prefix(length, SHORT_LIST, LONG_LIST)
  out[slot] = head
  return head.length + length
}

/** The one RLP encoding of `item`. */
export function encodeRlp(item: RlpItem): Uint8Array {
  const parts: Uint8Array[] = []
  collect(item, parts)
  return joinBytes(parts)
}

interface Cursor {
  readonly bytes: Uint8Array
  offset: number
  items: number
}

function truncated(wanted: number, left: number): RuleError {
  return new RuleError('RLP_TRUNCATED', 'RLP ends inside an item', {
    expected: `${wanted} bytes`,
    actual: `${left} bytes`,
  })
}

/** Reads a length of `size` bytes at the cursor. Lengths over the input's size need no exact value to be refused. */
function readLongLength(cursor: Cursor, size: number): number {
  const { bytes, offset } = cursor
  if (offset + size > bytes.length) throw truncated(size, bytes.length - offset)
  if (bytes[offset] === 0) throw new RuleError('RLP_NON_CANONICAL', 'RLP length begins with a zero byte')
  let length = 0
  for (let i = 0; i < size; i++) length = length * 256 + (bytes[offset + i] as number)
  if (length <= SHORT_LIMIT) {
    throw new RuleError('RLP_NON_CANONICAL', 'RLP long form for a short item', {
      expected: `> ${SHORT_LIMIT}`,
      actual: length,
    })
  }
  cursor.offset += size
  return length
}

function readItem(cursor: Cursor, end: number, depth: number): RlpItem {
  const { bytes } = cursor
  if (cursor.offset >= end) throw truncated(1, 0)
  if (++cursor.items > MAX_RLP_ITEMS) {
    throw new RuleError('RLP_TOO_MANY_ITEMS', 'RLP holds too many items', {
      expected: `<= ${MAX_RLP_ITEMS}`,
      actual: cursor.items,
    })
  }
  const first = bytes[cursor.offset] as number
  cursor.offset++
  if (first < SHORT_STRING) return bytes.subarray(cursor.offset - 1, cursor.offset)
  const isList = first >= SHORT_LIST
  const short = isList ? SHORT_LIST : SHORT_STRING
  const long = isList ? LONG_LIST : LONG_STRING
  const length = first > long ? readLongLength(cursor, first - long) : first - short
  const itemEnd = cursor.offset + length
  if (itemEnd > end) throw truncated(length, end - cursor.offset)
  if (isList) return readList(cursor, itemEnd, depth)
  const value = bytes.subarray(cursor.offset, itemEnd)
  if (length === 1 && (value[0] as number) < SHORT_STRING) {
    throw new RuleError('RLP_NON_CANONICAL', 'RLP prefix on a byte that stands for itself', {
      actual: value[0] as number,
    })
  }
  cursor.offset = itemEnd
  return value
}

function readList(cursor: Cursor, end: number, depth: number): RlpItem[] {
  if (depth >= MAX_RLP_DEPTH) {
    throw new RuleError('RLP_TOO_DEEP', 'RLP lists are nested too deeply', {
      expected: `<= ${MAX_RLP_DEPTH}`,
      actual: depth + 1,
    })
  }
  const items: RlpItem[] = []
  while (cursor.offset < end) items.push(readItem(cursor, end, depth + 1))
  return items
}

/**
 * The item that `bytes` encode. The strings in it are views into `bytes`, not copies.
 * Throws a `RuleError` on anything but the one canonical encoding of one item.
 */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  const cursor: Cursor = { bytes, offset: 0, items: 0 }
  const item = readItem(cursor, bytes.length, 0)
  if (cursor.offset !== bytes.length) {
    throw new RuleError('RLP_TRAILING_BYTES', 'bytes follow the RLP item', {
      expected: cursor.offset,
      actual: bytes.length,
    })
  }
  return item
}

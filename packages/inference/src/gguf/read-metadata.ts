import { ModelError } from '../models/model-error.ts'
import type { ByteCursor } from './byte-cursor.ts'
import type { GgufArray, GgufMetadata, GgufValue, GgufValueType } from './gguf-format.ts'
import { GGUF_VALUE_TYPES } from './gguf-format.ts'
import { GGUF_LIMITS } from './gguf-limits.ts'

/** How many more elements the arrays of a file may have together. */
interface ElementBudget {
  left: number
}

type NumberType = Exclude<GgufValueType, 'string' | 'bool' | 'array' | 'uint64' | 'int64'>

/** The fewest bytes that an element of each type takes in the file. */
const ELEMENT_BYTES: Readonly<Record<GgufValueType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  bool: 1,
  string: 8,
  array: 12,
  uint64: 8,
  int64: 8,
  float64: 8,
}

/** Containers that take no more memory than the numbers take in the file. */
const NUMBER_ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const

const TYPE_NAMES: ReadonlyMap<number, GgufValueType> = new Map(
  (Object.keys(GGUF_VALUE_TYPES) as GgufValueType[]).map((name) => [GGUF_VALUE_TYPES[name], name]),
)

/** Reads `count` metadata entries. Keys are printable ASCII, so that they can be shown, and unique. */
export function readMetadata(cursor: ByteCursor, count: number): GgufMetadata {
  const metadata = new Map<string, GgufValue>()
  const budget: ElementBudget = { left: GGUF_LIMITS.arrayElements }
  for (let entry = 0; entry < count; entry++) {
    const key = cursor.string(GGUF_LIMITS.keyBytes, 'a metadata key')
    if (!/^[!-~]+$/.test(key)) throw new ModelError('MODEL_HOSTILE', `metadata key ${entry} is not printable ASCII`)
    if (metadata.has(key)) throw new ModelError('MODEL_HOSTILE', `metadata key ${key} appears twice`)
    metadata.set(key, readValue(cursor, key, budget))
  }
  return metadata
}

function readValue(cursor: ByteCursor, key: string, budget: ElementBudget): GgufValue {
  const type = readType(cursor, key)
  switch (type) {
    case 'array':
      return readArray(cursor, key, { budget, depth: 1 })
    case 'string':
      return { type, value: cursor.string(GGUF_LIMITS.stringBytes, key) }
    case 'bool':
      return { type, value: readBoolean(cursor, key) }
    case 'uint64':
    case 'int64':
      return { type, value: cursor[type]() }
    default:
      return { type, value: cursor[type]() }
  }
}

function readArray(
  cursor: ByteCursor,
  key: string,
  nest: { readonly budget: ElementBudget; readonly depth: number },
): GgufArray {
  const { budget, depth } = nest
  if (depth > GGUF_LIMITS.arrayDepth) {
    throw new ModelError('MODEL_HOSTILE', `arrays nest too deep in ${key}`, {
      expected: `at most ${GGUF_LIMITS.arrayDepth}`,
    })
  }
  const of = readType(cursor, key)
  const count = cursor.count(budget.left, `array elements with ${key}`)
  budget.left -= count
  cursor.require(count * ELEMENT_BYTES[of])
  switch (of) {
    case 'array':
      return { type: 'array', of, value: repeat(count, () => readArray(cursor, key, { budget, depth: depth + 1 })) }
    case 'string':
      return { type: 'array', of, value: repeat(count, () => cursor.string(GGUF_LIMITS.stringBytes, key)) }
    case 'bool':
      return { type: 'array', of, value: repeat(count, () => readBoolean(cursor, key)) }
    case 'uint64':
    case 'int64':
      return { type: 'array', of, value: repeat(count, () => cursor[of]()) }
    default:
      return { type: 'array', of, value: readNumbers(cursor, of, count) }
  }
}

function readNumbers(cursor: ByteCursor, of: NumberType, count: number): ArrayLike<number> & Iterable<number> {
  const numbers = new NUMBER_ARRAYS[of](count)
  for (let i = 0; i < count; i++) numbers[i] = cursor[of]()
  return numbers
}

function readBoolean(cursor: ByteCursor, key: string): boolean {
  const byte = cursor.uint8()
  if (byte > 1)
    throw new ModelError('MODEL_HOSTILE', `${key} is no truth value`, { expected: '0 or 1', actual: `${byte}` })
  return byte === 1
}

function readType(cursor: ByteCursor, key: string): GgufValueType {
  const number = cursor.uint32()
  const name = TYPE_NAMES.get(number)
  if (name === undefined) {
    throw new ModelError('MODEL_UNSUPPORTED', `${key} has an unknown value type`, {
      expected: '0 to 12',
      actual: `${number}`,
    })
  }
  return name
}

function repeat<Element>(count: number, read: () => Element): Element[] {
  const elements: Element[] = []
  for (let i = 0; i < count; i++) elements.push(read())
  return elements
}

import { describe, expect, it } from 'vitest'
import { CursorExhausted } from '../../../src/gguf/byte-cursor.ts'
import type { GgufArray, GgufMetadata, GgufValue } from '../../../src/gguf/gguf-format.ts'
import { GGUF_LIMITS } from '../../../src/gguf/gguf-limits.ts'
import type { GgufHeader } from '../../../src/gguf/read-gguf.ts'
import { parseGguf } from '../../../src/gguf/read-gguf.ts'
import type { GgufTensorSource } from '../../../src/gguf/write-gguf.ts'
import { encodeGgufHeader } from '../../../src/gguf/write-gguf.ts'
import type { ModelErrorCode } from '../../../src/models/model-error.ts'
import { ModelError } from '../../../src/models/model-error.ts'

const DATA_BYTES = 4096

function tensor(
  name: string,
  dimensions: readonly number[] = [32, 2],
  type: GgufTensorSource['type'] = 'Q8_0',
): GgufTensorSource {
  return { name, type, dimensions, data: () => [] }
}

function header(
  metadata: Readonly<Record<string, GgufValue>> = {},
  tensors = [tensor('a'), tensor('b', [7], 'F32')],
): Buffer {
  return Buffer.from(encodeGgufHeader({ metadata: new Map(Object.entries(metadata)), tensors }))
}

function parse(bytes: Uint8Array, dataBytes = DATA_BYTES): GgufHeader {
  return parseGguf(bytes, bytes.length + dataBytes)
}

function codeOf(run: () => unknown): ModelErrorCode | 'exhausted' | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof ModelError) return error.code
    if (error instanceof CursorExhausted) return 'exhausted'
    throw error
  }
}

/** Plain numbers in place of typed arrays, so that what was read compares with what was written. */
function plain(metadata: GgufMetadata): readonly unknown[] {
  const plainArray = (array: GgufArray): unknown =>
    array.of === 'array' ? array.value.map(plainArray) : { of: array.of, value: [...array.value] }
  return [...metadata].map(([key, value]) => [key, value.type === 'array' ? plainArray(value) : value])
}

describe('parseGguf', () => {
  it('reads every metadata type that is written', () => {
    const metadata: GgufMetadata = new Map<string, GgufValue>([
      ['u8', { type: 'uint8', value: 255 }],
      ['i8', { type: 'int8', value: -128 }],
      ['u16', { type: 'uint16', value: 65535 }],
      ['i16', { type: 'int16', value: -32768 }],
      ['u32', { type: 'uint32', value: 4294967295 }],
      ['i32', { type: 'int32', value: -2147483648 }],
      ['f32', { type: 'float32', value: 0.5 }],
      ['f64', { type: 'float64', value: 0.1 }],
      ['u64', { type: 'uint64', value: 2n ** 64n - 1n }],
      ['i64', { type: 'int64', value: -(2n ** 63n) }],
      ['yes', { type: 'bool', value: true }],
      ['text', { type: 'string', value: 'größer \u2581' }],
      ['strings', { type: 'array', of: 'string', value: ['', 'x', '\u2581'] }],
      ['numbers', { type: 'array', of: 'int32', value: [1, -1] }],
      ['floats', { type: 'array', of: 'float32', value: [0.25] }],
      ['longs', { type: 'array', of: 'uint64', value: [1n] }],
      ['bools', { type: 'array', of: 'bool', value: [true, false] }],
      ['nested', { type: 'array', of: 'array', value: [{ type: 'array', of: 'uint8', value: [1, 2] }] }],
    ])
    const parsed = parse(encodeGgufHeader({ metadata, tensors: [] }))
    expect(plain(parsed.metadata)).toEqual(plain(metadata))
  })

  it('places tensors one after the other, aligned', () => {
    const bytes = header()
    const parsed = parse(bytes)
    expect(parsed.tensors).toEqual([
      { name: 'a', type: 'Q8_0', dimensions: [32, 2], offset: 0, sizeBytes: 68 },
      { name: 'b', type: 'F32', dimensions: [7], offset: 96, sizeBytes: 28 },
    ])
    expect(parsed.dataOffset).toBe(bytes.length)
    expect(parsed.alignment).toBe(32)
  })

  it('accepts a file that ends with the last tensor and refuses one that is a byte shorter', () => {
    expect(codeOf(() => parse(header(), 124))).toBeUndefined()
    expect(codeOf(() => parse(header(), 123))).toBe('MODEL_TRUNCATED')
  })

  it('asks for more wherever the header is cut', () => {
    const bytes = header({
      'general.name': { type: 'string', value: 'x' },
      n: { type: 'array', of: 'int32', value: [1, 2] },
    })
    const end = bytes.length - 32
    for (let length = 0; length < end; length++) {
      const code = codeOf(() => parseGguf(bytes.subarray(0, length), bytes.length + DATA_BYTES))
      if (code !== 'exhausted') expect.fail(`cut at ${length}: ${code}`)
    }
  })

  it.each<[string, ModelErrorCode | 'exhausted', (bytes: Buffer) => void]>([
    ['a web page', 'MODEL_NOT_GGUF', (bytes) => bytes.write('<!DOCTYPE html>')],
    ['version 2', 'MODEL_UNSUPPORTED', (bytes) => bytes.writeUInt32LE(2, 4)],
    ['big-endian', 'MODEL_UNSUPPORTED', (bytes) => bytes.writeUInt32BE(3, 4)],
    ['too many tensors', 'MODEL_HOSTILE', (bytes) => bytes.writeBigUInt64LE(BigInt(GGUF_LIMITS.tensors + 1), 8)],
    ['2^63 metadata entries', 'MODEL_HOSTILE', (bytes) => bytes.writeBigUInt64LE(2n ** 63n, 16)],
  ])('refuses %s', (_, code, spoil) => {
    const bytes = header()
    spoil(bytes)
    expect(codeOf(() => parse(bytes))).toBe(code)
  })

  const array = (count: bigint, of = 4): Buffer => {
    const bytes = header({ k: { type: 'array', of: 'uint32', value: [1] } }, [])
    // Entry at 24: key (8 + 1), value type (4), then element type and count.
    bytes.writeUInt32LE(of, 37)
    bytes.writeBigUInt64LE(count, 41)
    return bytes
  }

  it('takes no memory for an array that is longer than the bytes that follow', () => {
    expect(codeOf(() => parse(array(BigInt(GGUF_LIMITS.arrayElements)), 2 ** 40))).toBe('exhausted')
    expect(codeOf(() => parse(array(BigInt(GGUF_LIMITS.arrayElements + 1)), 2 ** 40))).toBe('MODEL_HOSTILE')
    expect(codeOf(() => parse(array(2n ** 62n), 2 ** 40))).toBe('MODEL_HOSTILE')
  })

  it('counts the elements of all arrays together', () => {
    const half = new Uint8Array(GGUF_LIMITS.arrayElements / 2)
    const bytesOf = (extra: number): Buffer =>
      header({
        a: { type: 'array', of: 'uint8', value: half },
        b: { type: 'array', of: 'uint8', value: new Uint8Array(half.length + extra) },
      })
    expect(codeOf(() => parse(bytesOf(0)))).toBeUndefined()
    expect(codeOf(() => parse(bytesOf(1)))).toBe('MODEL_HOSTILE')
  })

  it('bounds the depth of arrays', () => {
    const nest = (depth: number): GgufArray =>
      depth === 1
        ? { type: 'array', of: 'uint8', value: [1] }
        : { type: 'array', of: 'array', value: [nest(depth - 1)] }
    expect(codeOf(() => parse(header({ k: nest(GGUF_LIMITS.arrayDepth) })))).toBeUndefined()
    expect(codeOf(() => parse(header({ k: nest(GGUF_LIMITS.arrayDepth + 1) })))).toBe('MODEL_HOSTILE')
  })

  it('refuses an unknown value type and a truth value of 2', () => {
    expect(codeOf(() => parse(array(1n, 13)))).toBe('MODEL_UNSUPPORTED')
    const bytes = header({ k: { type: 'bool', value: true } }, [])
    bytes.writeUInt8(2, 37)
    expect(codeOf(() => parse(bytes))).toBe('MODEL_HOSTILE')
  })

  it('refuses names that are empty, not printable, too long or used twice', () => {
    expect(codeOf(() => parse(header({ '': { type: 'uint8', value: 1 } })))).toBe('MODEL_HOSTILE')
    expect(codeOf(() => parse(header({ 'a\u001b[2J': { type: 'uint8', value: 1 } })))).toBe('MODEL_HOSTILE')
    expect(codeOf(() => parse(header({}, [tensor('a b')])))).toBe('MODEL_HOSTILE')
    expect(codeOf(() => parse(header({}, [tensor('x'.repeat(63))])))).toBeUndefined()
    expect(codeOf(() => parse(header({}, [tensor('x'.repeat(64))])))).toBe('MODEL_HOSTILE')
    expect(codeOf(() => parse(header({}, [tensor('a'), tensor('a')])))).toBe('MODEL_HOSTILE')

    const bytes = header({ aa: { type: 'uint8', value: 1 }, ab: { type: 'uint8', value: 1 } })
    bytes.write('aa', bytes.indexOf('ab'))
    expect(codeOf(() => parse(bytes))).toBe('MODEL_HOSTILE')
  })

  it('bounds dimensions, their number and their product', () => {
    expect(codeOf(() => parse(header({}, [tensor('t', [], 'F32')])))).toBe('MODEL_HOSTILE')
    expect(codeOf(() => parse(header({}, [tensor('t', [1, 1, 1, 1], 'F32')])))).toBeUndefined()
    expect(codeOf(() => parse(header({}, [tensor('t', [1, 1, 1, 1, 1], 'F32')])))).toBe('MODEL_HOSTILE')
    expect(codeOf(() => parse(header({}, [tensor('t', [0], 'F32')])))).toBe('MODEL_HOSTILE')

    const bytes = header({}, [tensor('t', [1, 1, 1, 1], 'F32')])
    const [dimensions, most] = [24 + 8 + 1 + 4, BigInt(GGUF_LIMITS.dimension)]
    bytes.writeBigUInt64LE(most, dimensions)
    expect(codeOf(() => parse(bytes))).toBe('MODEL_TRUNCATED')
    bytes.writeBigUInt64LE(most + 1n, dimensions)
    expect(codeOf(() => parse(bytes))).toBe('MODEL_HOSTILE')
    for (let i = 0; i < 4; i++) bytes.writeBigUInt64LE(most, dimensions + 8 * i)
    expect(codeOf(() => parse(bytes))).toBe('MODEL_HOSTILE')
  })

  it('refuses rows that are no whole blocks, unknown types, and offsets that are unaligned, far or overlapping', () => {
    const typeAt = 24 + 8 + 1 + 4 + 8
    const spoiled = (spoil: (bytes: Buffer) => void): Buffer => {
      const bytes = header({}, [tensor('t', [32], 'Q8_0'), tensor('u', [32], 'Q8_0')])
      spoil(bytes)
      return bytes
    }
    const secondOffsetAt = typeAt + 12 + 8 + 1 + 4 + 8 + 4
    expect(codeOf(() => parse(spoiled((bytes) => bytes.writeUInt32LE(12, typeAt))))).toBe('MODEL_HOSTILE')
    expect(codeOf(() => parse(spoiled((bytes) => bytes.writeUInt32LE(4, typeAt))))).toBe('MODEL_UNSUPPORTED')
    expect(codeOf(() => parse(spoiled((bytes) => bytes.writeBigUInt64LE(64n, secondOffsetAt))))).toBeUndefined()
    expect(codeOf(() => parse(spoiled((bytes) => bytes.writeBigUInt64LE(72n, secondOffsetAt))))).toBe('MODEL_HOSTILE')
    expect(codeOf(() => parse(spoiled((bytes) => bytes.writeBigUInt64LE(32n, secondOffsetAt))))).toBe('MODEL_HOSTILE')
    expect(codeOf(() => parse(spoiled((bytes) => bytes.writeBigUInt64LE(8192n, secondOffsetAt))))).toBe(
      'MODEL_TRUNCATED',
    )
    expect(codeOf(() => parse(spoiled((bytes) => bytes.writeBigUInt64LE(2n ** 63n, secondOffsetAt))))).toBe(
      'MODEL_HOSTILE',
    )
  })

  it.each<[GgufValue, ModelErrorCode | undefined]>([
    [{ type: 'uint32', value: 64 }, undefined],
    [{ type: 'uint32', value: 65_536 }, undefined],
    [{ type: 'uint32', value: 131_072 }, 'MODEL_HOSTILE'],
    [{ type: 'uint32', value: 0 }, 'MODEL_HOSTILE'],
    [{ type: 'uint32', value: 48 }, 'MODEL_HOSTILE'],
    [{ type: 'string', value: '32' }, 'MODEL_HOSTILE'],
  ])('judges the alignment %o', (value, code) => {
    expect(codeOf(() => parse(header({ 'general.alignment': value }, []), 2 ** 20))).toBe(code)
  })
})

import { describe, expect, it } from 'vitest'
import { decodeRlp, encodeRlp, hex, MAX_RLP_DEPTH, MAX_RLP_ITEMS, type RlpItem, utf8ToBytes } from '../../src/index.ts'
import { codeOf } from '../support/code-of.ts'

const text = utf8ToBytes

describe('encodeRlp', () => {
  it.each<[string, RlpItem, Uint8Array]>([
    ['the empty string', text(''), hex('0x80')],
    ['a byte that stands for itself', Uint8Array.of(0x7f), hex('0x7f')],
    ['a byte that does not', Uint8Array.of(0x80), hex('0x8180')],
    ['a short string', text('dog'), hex('0x83646f67')],
    ['a list of strings', [text('cat'), text('dog')], hex('0xc88363617483646f67')],
    ['the empty list', [], hex('0xc0')],
    ['the set-theoretical three', [[], [[]], [[], [[]]]], hex('0xc7c0c1c0c3c0c1c0')],
    ['55 bytes, the longest short string', new Uint8Array(55).fill(1), hex(`0xb7${'01'.repeat(55)}`)],
    ['56 bytes, the shortest long string', new Uint8Array(56).fill(1), hex(`0xb838${'01'.repeat(56)}`)],
  ])('%s', (_, item, encoded) => {
    expect(encodeRlp(item)).toEqual(encoded)
    expect(decodeRlp(encoded)).toEqual(item)
  })
})

describe('decodeRlp refuses', () => {
  it.each<[string, string, `0x${string}`]>([
    ['nothing at all', 'RLP_TRUNCATED', '0x'],
    ['a string that ends early', 'RLP_TRUNCATED', '0x83646f'],
    ['a list that ends early', 'RLP_TRUNCATED', '0xc883636174'],
    ['an item that leaves its list', 'RLP_TRUNCATED', '0xc283646f67'],
    ['a length that ends early', 'RLP_TRUNCATED', '0xb9'],
    ['a length beyond all memory', 'RLP_TRUNCATED', '0xbfffffffffffffffff'],
    ['a prefix on a byte that needs none', 'RLP_NON_CANONICAL', '0x8101'],
    ['the long form for 55 bytes', 'RLP_NON_CANONICAL', `0xb837${'01'.repeat(55)}`],
    ['the long form for an empty list', 'RLP_NON_CANONICAL', '0xf800'],
    ['a length with a leading zero', 'RLP_NON_CANONICAL', `0xb90038${'01'.repeat(56)}`],
    ['a byte after the item', 'RLP_TRAILING_BYTES', '0x83646f6700'],
    ['a byte after a list', 'RLP_TRAILING_BYTES', '0xc000'],
  ])('%s', (_, code, encoded) => {
    expect(codeOf(() => decodeRlp(hex(encoded)))).toBe(code)
  })

  it('lists nested one deeper than the bound', () => {
    let item: RlpItem = []
    for (let depth = 1; depth < MAX_RLP_DEPTH; depth++) item = [item]
    expect(decodeRlp(encodeRlp(item))).toEqual(item)
    expect(codeOf(() => decodeRlp(encodeRlp([item])))).toBe('RLP_TOO_DEEP')
  })

  it('a megabyte of list prefixes, without using up the stack', () => {
    expect(codeOf(() => decodeRlp(new Uint8Array(1_000_000).fill(0xc1)))).toMatch(/^RLP_/)
  })

  it('more items than the bound, without making them all', () => {
    const encode = (count: number): Uint8Array => {
      const bytes = new Uint8Array(4 + count).fill(1)
      bytes.set([0xfa, count >> 16, (count >> 8) & 255, count & 255])
      return bytes
    }
    const most = MAX_RLP_ITEMS - 1
    expect((decodeRlp(encode(most)) as RlpItem[]).length).toBe(most)
    expect(codeOf(() => decodeRlp(encode(most + 1)))).toBe('RLP_TOO_MANY_ITEMS')
  })
})

import { createByteVocabulary } from '@poai/consensus'
import { describe, expect, it } from 'vitest'

describe('byte vocabulary', () => {
  const vocabulary = createByteVocabulary()

  it('has 259 tokens, opens with token 1 and ends lines with the token of a line feed', () => {
    expect(vocabulary.size).toBe(259)
    expect(vocabulary.begin).toEqual([1])
    expect(vocabulary.newline).toBe(13)
  })

  it('gives byte b the token 3 + b', () => {
    expect(vocabulary.encode('A\n~')).toEqual([3 + 0x41, 3 + 0x0a, 3 + 0x7e])
    expect(vocabulary.encode('é')).toEqual([3 + 0xc3, 3 + 0xa9])
    expect(vocabulary.encode('')).toEqual([])
  })

  it('gives text back, without specials, and shows what is no text', () => {
    expect(vocabulary.decode(vocabulary.encode('7 é\n'))).toBe('7 é\n')
    expect(vocabulary.decode([1, ...vocabulary.encode('4'), 2])).toBe('4')
    expect(vocabulary.decode([3 + 0xff])).toBe('\uFFFD')
  })

  it('has 64 distinct salt symbols of one character', () => {
    expect(new Set(vocabulary.saltSymbols.map((symbol) => symbol.token)).size).toBe(64)
    for (const { token, text } of vocabulary.saltSymbols) expect(vocabulary.encode(text)).toEqual([token])
  })
})

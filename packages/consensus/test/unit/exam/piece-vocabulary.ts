import type { ExamVocabulary } from '@poai/consensus'

const SPECIAL_TOKENS = 5

/**
 * A vocabulary like those of larger models: pieces of several characters, longest first, two tokens that open a
 * sequence, and salt symbols of two characters. It shows that nothing counts characters for tokens.
 */
export function createPieceVocabulary(): ExamVocabulary {
  const characters = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
  const digits = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'))
  const words = [
    'Q: ',
    '\nA: ',
    'Max of ',
    'Min of ',
    'Next ',
    'Reverse ',
    'Sort ',
    'true',
    'false',
    'month',
    'day',
    ', ',
  ]
  const salt = Array.from({ length: 256 }, (_, value) => `#${String.fromCharCode(0x100 + value)}`)
  const pieces = [...characters, ...digits, ...words, ...salt]
  const tokens = new Map(pieces.map((piece, index) => [piece, SPECIAL_TOKENS + index]))
  return {
    size: SPECIAL_TOKENS + pieces.length,
    begin: [1, 4],
    newline: SPECIAL_TOKENS + 10,
    saltSymbols: salt.map((text) => ({ token: tokens.get(text) ?? 0, text })),
    encode: (text) => encode(text, tokens),
    decode: (encoded) => encoded.map((token) => pieces[token - SPECIAL_TOKENS] ?? '').join(''),
  }
}

function encode(text: string, tokens: ReadonlyMap<string, number>): number[] {
  const encoded: number[] = []
  let rest = text
  while (rest.length > 0) {
    let length = 8
    while (!tokens.has(rest.slice(0, length))) length--
    encoded.push(tokens.get(rest.slice(0, length)) ?? 0)
    rest = rest.slice(length)
  }
  return encoded
}

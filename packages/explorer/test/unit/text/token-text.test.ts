import { expect, it } from 'vitest'
import { decodeText } from '../../../src/text/token-text.ts'

function word(value: number): string {
  return value.toString(16).padStart(64, '0')
}

function answer(text: string, lengthBytes = Buffer.from(text).length): `0x${string}` {
  const digits = Buffer.from(text).toString('hex')
  return `0x${word(32)}${word(lengthBytes)}${digits.padEnd(Math.ceil(digits.length / 64) * 64, '0')}`
}

it('reads strings, and the 32 bytes of early tokens', () => {
  expect(decodeText(answer('Wörld'))).toBe('Wörld')
  expect(decodeText(`0x${Buffer.from('MKR').toString('hex').padEnd(64, '0')}`)).toBe('MKR')
})

it('shows marks that could rearrange the page as what they are: unknown', () => {
  expect(decodeText(answer('a\u202eb\u0000c\u200bd'))).toBe('a\ufffdb\ufffdc\ufffdd')
})

it('cuts what is too long', () => {
  expect(decodeText(answer('x'.repeat(64)))).toBe('x'.repeat(64))
  expect(decodeText(answer('x'.repeat(65)))).toBe(`${'x'.repeat(64)}…`)
})

it.each([
  ['nothing', '0x'],
  ['an empty text', answer('')],
  ['a length beyond the answer', answer('abc', 33)],
  ['a huge length', `0x${word(32)}${'f'.repeat(64)}`],
  ['a place beyond the answer', `0x${'f'.repeat(64)}${word(1)}`],
  ['no UTF-8', `0x${word(32)}${word(1)}${'ff'.padEnd(64, '0')}`],
] as const)('takes %s for no text', (_, given) => {
  expect(decodeText(given)).toBeUndefined()
})

import { describe, expect, it } from 'vitest'
import { formatBytes, formatNats, formatSeconds, plural } from '../../../src/terminal/format-quantity.ts'
import { formatTable } from '../../../src/terminal/table.ts'

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_409_376, '1.4 MB'],
    [99_449_999, '99.4 MB'],
    [99_500_000, '100 MB'],
    [668_788_096, '669 MB'],
    [5e15, '5000 TB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

describe('formatSeconds', () => {
  it.each([
    [0.44, '0.4 s'],
    [42.4, '42 s'],
    [59.6, '1 min 0 s'],
    [185, '3 min 5 s'],
    [7800, '2 h 10 min'],
    [Number.POSITIVE_INFINITY, 'unknown'],
  ])('%d is %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text)
  })
})

describe('formatTable', () => {
  it('aligns columns, leaves no space at the ends, and takes rows of different lengths', () => {
    expect(formatTable([['a', 'bb', 'c'], ['aaa', 'b'], []])).toBe('a    bb  c\naaa  b\n\n')
  })

  it('of nothing is nothing', () => {
    expect(formatTable([])).toBe('')
  })
})

it('a number of things is singular only for one', () => {
  expect([0, 1, 2].map((count) => plural(count, 'block'))).toEqual(['0 blocks', '1 block', '2 blocks'])
})

it('a loss is shown in nats', () => {
  expect([formatNats('0xa474'), formatNats('0x0', 6)]).toEqual(['0.0421', '0.000000'])
})

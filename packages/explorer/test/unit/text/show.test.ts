import { expect, it } from 'vitest'
import {
  ago,
  bytes,
  coins,
  count,
  duration,
  gwei,
  lines,
  nats,
  printable,
  short,
  toNumber,
} from '../../../src/text/show.ts'

it.each([
  [coins(0n), '0 POAI'],
  [coins(1_500_000_000_000_000_000n), '1.5 POAI'],
  [coins('0x21e19e0c9bab2400000'), '10,000 POAI'],
  [coins(1n), '0 POAI'],
  [gwei(2_500_000_000n), '2.50 gwei'],
  [gwei(175_000_000n), '0.175 gwei'],
  [count('0xf4240'), '1,000,000'],
  [duration(0.25), '250 ms'],
  [duration(2.6), '2.6 s'],
  [duration(3), '3 s'],
  [duration(61), '1 min 1 s'],
  [duration(7200), '2 h 0 min'],
  [ago('0x64', 100_500), 'now'],
  [ago('0x64', 109_000), '9 s ago'],
  [nats('0x7'), '0.000007'],
  [nats('0x2710'), '0.0100'],
  [nats(undefined), '0.000000'],
  [bytes(1023), '1023 B'],
  [bytes(1024), '1.0 kB'],
  [short(`0x${'ab'.repeat(20)}`), '0xababab…abab'],
  [short('0x1234'), '0x1234'],
])('writes %s as %s', (written, wanted) => {
  expect(written).toBe(wanted)
})

it('reads quantities, and nothing as zero', () => {
  expect([toNumber('0xff'), toNumber(null), toNumber(undefined)]).toEqual([255, 0, 0])
})

it('takes bytes for text only where all of them are printable', () => {
  expect(printable('0x68656c6c6f')).toBe('hello')
  expect(printable('0x686500')).toBeUndefined()
  expect(printable('0x7f')).toBeUndefined()
  expect(printable('0x')).toBeUndefined()
})

it('shows line ends of a prompt, and nothing that would rearrange the page', () => {
  expect(lines('\nQ: 2 + 2?\nA: ')).toBe('⏎\nQ: 2 + 2?⏎\nA: ')
  expect(lines('a\u202eb\u0000c\u2028é')).toBe('a\u{FFFD}b\u{FFFD}c\u{FFFD}é')
})

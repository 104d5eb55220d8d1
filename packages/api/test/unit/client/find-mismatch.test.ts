import { describe, expect, it } from 'vitest'
import { findMismatch } from '../../../src/client/find-mismatch.ts'
import { exactly, listSchema, mapOf, named, oneWordOf, open, orNull } from '../../../src/schema/json-schema.ts'
import { decimal, flag, hash, integer, measure, quantity, text } from '../../../src/schema/scalars.ts'

const head = exactly({ number: integer, hash }, ['hash'])
const schema = open({
  head,
  role: oneWordOf(['miner', 'validator']),
  sync: orNull(exactly({ state: text, rate: measure })),
  peers: listSchema(named('peer', exactly({ id: text }))),
  verdicts: mapOf(integer),
})

const RIGHT = { head: { number: 1 }, role: 'miner', sync: null, peers: [{ id: 'a' }], verdicts: { stale: 2 } }

describe('where a value differs from its schema', () => {
  it('is nowhere if it is what the schema says', () => {
    expect(findMismatch(schema, RIGHT)).toBeUndefined()
    expect(findMismatch(schema, { ...RIGHT, sync: { state: 'idle', rate: 0.5 } })).toBeUndefined()
  })

  it('is nowhere if a later version adds a member', () => {
    expect(findMismatch(schema, { ...RIGHT, head: { number: 1, more: 'x' }, more: [] })).toBeUndefined()
  })

  it.each([
    ['a member that is missing', { head: {} }, 'head.number', 'a whole number, 0 or more', 'nothing'],
    ['another type', { head: { number: '1' } }, 'head.number', 'a whole number, 0 or more', '"1"'],
    ['a fraction', { head: { number: 1.5 } }, 'head.number', 'a whole number, 0 or more', '1.5'],
    ['a number below the least', { head: { number: -1 } }, 'head.number', 'a whole number, 0 or more', '-1'],
    ['an optional member that is wrong', { head: { number: 1, hash: '0x' } }, 'head.hash', 'a hash', '"0x"'],
    ['another word', { role: 'judge' }, 'role', 'miner or validator', '"judge"'],
    ['a member inside what may be null', { sync: { state: 'idle' } }, 'sync.rate', 'a number, 0 or more', 'nothing'],
    ['neither an object nor null', { sync: 7 }, 'sync', 'an object or null', '7'],
    ['an item', { peers: [{ id: 'a' }, {}] }, 'peers[1].id', 'text', 'nothing'],
    ['no list', { peers: {} }, 'peers', 'a list', '{}'],
    ['a value of a map', { verdicts: { stale: null } }, 'verdicts.stale', 'a whole number, 0 or more', 'null'],
  ])('is %s', (_, change, path, expected, actual) => {
    expect(findMismatch(schema, { ...RIGHT, ...change })).toEqual({ path, expected, actual })
  })

  it.each([
    [quantity, '0x0', '0x01'],
    [quantity, '0xff', '0xFF'],
    [hash, `0x${'a'.repeat(64)}`, `0x${'a'.repeat(63)}`],
    [decimal, '18446744073709551616', '0x1'],
    [flag, false, 0],
    [measure, 0, -0.1],
    [{ ...listSchema(text), maxItems: 1 }, ['a'], ['a', 'b']],
    [{ type: 'number', maximum: 1 }, 1, 1.1],
    [{}, null, undefined],
  ])('tells one apart from the next: %j', (of, right, wrong) => {
    expect(findMismatch(of, right)).toBeUndefined()
    if (wrong !== undefined) expect(findMismatch(of, wrong)).toBeDefined()
  })

  it('does not show more of an answer than a line', () => {
    expect(findMismatch(text, Array(1000).fill('x'))?.actual.length).toBeLessThan(70)
  })

  it('does not take inherited members for members', () => {
    expect(findMismatch(open({ toString: text }), {})).toMatchObject({ path: 'toString', actual: 'nothing' })
  })
})

import { type Hash32, hash32, utf8ToBytes } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { type SideBlock, SideBlocks, type SideLimits } from '../../../src/import/side-blocks.ts'

const LIMITS: SideLimits = { slackBlocks: 2n, maxPerHeight: 2, maxBytes: 100 }
const HEAD = { totalWork: 1000n, blockWork: 10n }

function nameOf(name: string): Hash32 {
  return hash32(utf8ToBytes(name))
}

function block(
  name: string,
  changes: Partial<Omit<SideBlock, 'hash' | 'parentHash'>> & { parent?: string } = {},
): SideBlock {
  const { parent = 'trunk', ...rest } = changes
  return { hash: nameOf(name), parentHash: nameOf(parent), number: 100n, weight: 1000n, bytes: 10, ...rest }
}

function sidesOf(limits: Partial<SideLimits>, ...stored: readonly SideBlock[]): SideBlocks {
  return new SideBlocks({ ...LIMITS, ...limits }, stored)
}

const TOO_LIGHT: unknown = expect.objectContaining({ code: 'CHAIN_TOO_LIGHT' })

describe('blocks beside the chain', () => {
  it('may be two heads lighter than the chain, and not a hair more', () => {
    expect(sidesOf({}).admit(block('a', { weight: 980n }), HEAD)).toEqual([])
    expect(() => sidesOf({}).admit(block('a', { weight: 979n }), HEAD)).toThrowError(TOO_LIGHT)
  })

  it('are so many at a height, those under way too, and any number where the branch wins', () => {
    const sides = sidesOf({}, block('a'))
    expect(sides.admit(block('b'), HEAD)).toEqual([])
    expect(() => sides.admit(block('b'), HEAD, 1)).toThrowError(TOO_LIGHT)
    sides.put(block('b'))
    expect(() => sides.admit(block('c'), HEAD)).toThrowError(TOO_LIGHT)
    expect(sides.admit(block('c', { number: 101n }), HEAD)).toEqual([])
    expect(sides.admit(block('c', { weight: 1001n }), HEAD)).toEqual([])
  })

  it('take so many bytes together, those of branches that win not counted', () => {
    const sides = sidesOf({ maxPerHeight: 9 }, block('a', { bytes: 60 }), block('w', { bytes: 1000, weight: 1001n }))
    expect(sides.bytesBeside(HEAD)).toBe(60)
    expect(sides.admit(block('b', { bytes: 40 }), HEAD)).toEqual([])
    expect(() => sides.admit(block('b', { bytes: 41 }), HEAD)).toThrowError(TOO_LIGHT)
    expect(sides.bytesBeside({ totalWork: 1001n })).toBe(1060)
  })

  it('make room for a heavier one: the lightest branches go, each from its end', () => {
    const base = block('base', { number: 99n, weight: 985n, bytes: 30 })
    const tip = block('tip', { parent: 'base', weight: 995n, bytes: 30 })
    const light = block('light', { weight: 990n, bytes: 30 })
    const sides = sidesOf({ maxPerHeight: 9 }, base, tip, light)
    const names = (bytes: number, weight: bigint): readonly SideBlock[] =>
      sides.admit(block('new', { bytes, weight }), HEAD)
    expect(names(30, 1000n)).toEqual([light])
    expect(names(50, 1000n)).toEqual([light, tip])
    expect(names(80, 1000n)).toEqual([light, tip, base])
    expect(() => names(80, 995n)).toThrowError(TOO_LIGHT)
  })

  it('keep the branch that a new one stands on', () => {
    const base = block('base', { number: 99n, weight: 985n, bytes: 60 })
    const sides = sidesOf({}, base)
    expect(() => sides.admit(block('tip', { parent: 'base', bytes: 50 }), HEAD)).toThrowError(TOO_LIGHT)
  })

  it('weigh what their branch is known to weigh, and are forgotten when they are gone', () => {
    const sides = sidesOf({}, block('a', { bytes: 60 }), block('low', { number: 50n, bytes: 20 }))
    sides.raise(nameOf('a'), 2000n)
    sides.raise(nameOf('a'), 1n)
    sides.raise(nameOf('nobody'), 2000n)
    expect(sides.bytesBeside(HEAD)).toBe(20)
    sides.forgetBelow(50n)
    expect(sides.bytesBeside(HEAD)).toBe(20)
    sides.forgetBelow(51n)
    expect(sides.bytesBeside(HEAD)).toBe(0)
    sides.remove(nameOf('a'))
    expect(sides.bytesBeside({ totalWork: 5000n })).toBe(0)
  })
})

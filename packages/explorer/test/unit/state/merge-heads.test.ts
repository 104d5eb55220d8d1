import type { HeaderJson } from '@poai/api/client'
import { expect, it } from 'vitest'
import { mergeHeads } from '../../../src/state/merge-heads.ts'

const MAX = 3

function head(number: number, hash: string): HeaderJson {
  return { number: `0x${number.toString(16)}`, hash } as HeaderJson
}

function hashes(blocks: readonly HeaderJson[]): string {
  return blocks.map(({ hash }) => hash).join(' ')
}

it('keeps the newest blocks, the newest first', () => {
  const came = [head(1, 'a'), head(2, 'b'), head(4, 'd'), head(3, 'c')]
  expect(mergeHeads([], came, MAX)).toEqual({ blocks: [came[2], came[3], came[1]], replaced: [] })
})

it('tells which blocks left the chain, and drops those that were built on them', () => {
  const known = [head(9, 'c'), head(8, 'b'), head(7, 'a')]
  const { blocks, replaced } = mergeHeads(known, [head(8, 'B')], MAX)
  expect(hashes(blocks)).toBe('B a')
  expect(replaced).toEqual([{ number: 8, from: 'b', to: 'B' }])
})

it('tells nothing of a block that comes twice', () => {
  expect(mergeHeads([head(7, 'a')], [head(7, 'a')], MAX).replaced).toEqual([])
})

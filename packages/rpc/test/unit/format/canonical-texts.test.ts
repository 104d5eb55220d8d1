import { PreparedJson } from '@poai/api'
import { hash32, utf8ToBytes } from '@poai/core'
import { expect, it } from 'vitest'
import { CanonicalTexts } from '../../../src/format/canonical-texts.ts'

const name = hash32(utf8ToBytes('a transaction'))
const [first, second] = [hash32(utf8ToBytes('a block')), hash32(utf8ToBytes('its rival'))]

type Head = ReturnType<ConstructorParameters<typeof CanonicalTexts>[0]['head']>

function newHead(): Head {
  return {} as Head
}

it('answers as long as the block is on the chain, and looks once after each head', () => {
  let head = newHead()
  let canonical = first
  let looked = 0
  const isOnChain = (_: bigint, hash: Uint8Array): boolean => {
    looked++
    return hash === canonical
  }
  const texts = new CanonicalTexts({ head: () => head, isOnChain }, 100)
  const answer = new PreparedJson('"a receipt"')
  texts.set(name, answer, { head, blockHash: first, blockNumber: 7n })
  expect([texts.get(name), texts.get(name), looked]).toEqual([answer, answer, 0])
  head = newHead()
  expect([texts.get(name), texts.get(name), looked]).toEqual([answer, answer, 1])
  head = newHead()
  canonical = second
  expect(texts.get(name)).toBeUndefined()
  canonical = first
  expect(texts.get(name)).toBeUndefined()
})

it('keeps no more characters than it may', () => {
  const head = newHead()
  const texts = new CanonicalTexts({ head: () => head, isOnChain: () => true }, 10)
  const place = { head, blockHash: first, blockNumber: 7n }
  texts.set(name, new PreparedJson('x'.repeat(10)), place)
  expect(texts.get(name)).toBeDefined()
  texts.set(first, new PreparedJson('x'), place)
  expect(texts.get(name)).toBeUndefined()
  texts.set(second, new PreparedJson('x'.repeat(11)), place)
  expect(texts.get(second)).toBeUndefined()
  expect(texts.get(first)).toBeDefined()
})

import { bytesToHex, concatBytes, keccak256, toHash32, utf8ToBytes, ZERO_HASH } from '@poai/core'
import { expect, test } from 'vitest'
import { prevRandaoOf } from '../../../src/index.ts'

test('PREVRANDAO is a hash of the parent in a domain of its own', () => {
  expect(bytesToHex(prevRandaoOf(ZERO_HASH))).toBe('0x893033aff77133518e1bacacad5e496093bd55d18bac9dd4ab081c68186ae926')
  const parent = toHash32(new Uint8Array(32).fill(7))
  expect(prevRandaoOf(parent)).toEqual(keccak256(concatBytes(utf8ToBytes('poai/randao/1'), parent)))
})

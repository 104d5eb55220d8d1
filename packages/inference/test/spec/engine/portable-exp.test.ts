import { describe, expect, it } from 'vitest'
import { bitsToFloat, CANONICAL_NAN_BITS, floatToBits } from '../../../src/engine/float-bits.ts'
import { portableExp } from '../../../src/engine/portable-exp.ts'
import { summarisePosition } from '../../../src/engine/portable-position.ts'

/** Bits of x and of e^x, as the native library answers (`expf` of `native/src/portable-kernels.cpp`). */
const NATIVE: readonly (readonly [number, number])[] = [
  [0xc1d2208a, 0x2c89ca63],
  [0xc19228af, 0x3247c3b6],
  [0xbf1ccc40, 0x3f0ac06e],
  [0xc2a32614, 0x049f04f8],
  [0xc0adae4a, 0x3b8ffb2b],
  [0xc188ece5, 0x331e62f6],
  [0xbeb8d30a, 0x3f326de6],
  [0xc0958c20, 0x3c190a7b],
  [0xc0f21ea3, 0x3a07b1e9],
  [0x417be34b, 0x4ad1b8e1],
  [0xbf7909c0, 0x3ec18bfe],
  [0xc23b0012, 0x1dbbe949],
  [0xc246d13c, 0x1b9cb1be],
  [0xc12f4f00, 0x37924a81],
  [0xbf1ae3a3, 0x3f0bca3f],
  [0xc288d350, 0x0e1dbabf],
  [0xc2ab8f08, 0x0197dac0],
  [0xc105c8e6, 0x397508a7],
  [0xbef2be48, 0x3f1f583b],
  [0x426ff6af, 0x6abb37db],
  [0xc21f7bef, 0x22b25002],
  [0xc11a1513, 0x3889d1d2],
  [0xbdbc4bb0, 0x3f69833c],
  [0xc283d920, 0x0fed7b1e],
  [0xc2b78639, 0x00018822],
  [0xc0e53139, 0x3a4b3d9a],
  [0xbe372434, 0x3f56134f],
  [0xc2acca56, 0x01240fb5],
  [0xc156d61f, 0x35c5e32d],
  [0x40e8d8a7, 0x44b4baee],
  [0xbee9a33a, 0x3f223431],
  [0xc118133c, 0x389c3d81],
  [0xc148af58, 0x366f9c80],
  [0xc146e92a, 0x3685dacc],
  [0xbf45d81b, 0x3eec649f],
  [0xc0ee1196, 0x3a1a01f8],
  [0xc285398b, 0x0f6ea185],
  [0xc1943734, 0x321a7a48],
  [0xbe880d74, 0x3f44430a],
  [0x422649c7, 0x5d7bbd50],
]

describe('the exponential function of portable-1', () => {
  it.each(NATIVE)('of bits %d is %d, as in the native library', (x, y) => {
    expect(floatToBits(portableExp(bitsToFloat(x)))).toBe(y)
  })

  it('is exact, nothing, everything and no number where it must be', () => {
    expect([0, -1000, Number.NEGATIVE_INFINITY, 89, Number.NaN].map(portableExp)).toEqual([
      ...[1, 0, 0, Number.POSITIVE_INFINITY, Number.NaN],
    ])
  })

  it('is within a unit in the last place', () => {
    for (let x = -87; x <= 88; x += 0.37) {
      const value = Math.fround(x)
      expect(Math.abs(portableExp(value) / Math.exp(value) - 1)).toBeLessThan(2 ** -23)
    }
  })
})

describe('the summary of a position', () => {
  it('sums in binary32 and in the order of tokens', () => {
    // After 1, additions of 2^-24 are lost one by one; the other way round they would count.
    const logits = new Float32Array(65).fill(Math.log(2 ** -24))
    logits[0] = 0
    expect(summarisePosition(logits)).toEqual({ argMax: 0, totalWeight: floatToBits(1) })
    expect(summarisePosition(logits.toReversed())).not.toEqual({ argMax: 64, totalWeight: floatToBits(1) })
  })

  it('takes the lowest of the largest', () => {
    expect(summarisePosition(Float32Array.of(1, 3, 3))).toMatchObject({ argMax: 1 })
  })

  it('has no weight where a logit is no number', () => {
    expect(summarisePosition(Float32Array.of(1, Number.NaN))).toMatchObject({ totalWeight: CANONICAL_NAN_BITS })
  })
})

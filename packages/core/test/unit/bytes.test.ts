import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addressToChecksumHex,
  bytesToHex,
  bytesToUint,
  compareBytes,
  concatBytes,
  equalBytes,
  hex,
  hexToBytes,
  keccak256,
  sha256,
  toAddress,
  toHash32,
  uintToBytes,
  utf8ToBytes,
} from '../../src/index.ts'

const byteStrings = fc.uint8Array({ maxLength: 40 })

describe('bytes', () => {
  it('join in order', () => {
    expect(concatBytes(Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3))).toEqual(Uint8Array.of(1, 2, 3))
  })

  it('compare as Node compares buffers', () => {
    fc.assert(
      fc.property(byteStrings, byteStrings, (a, b) => {
        expect(compareBytes(a, b)).toBe(Buffer.compare(a, b))
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0)
        expect(equalBytes(a, Uint8Array.from(a))).toBe(true)
      }),
    )
  })

  it('hold integers up to their size and no more', () => {
    expect(uintToBytes(255n, 1)).toEqual(Uint8Array.of(255))
    expect(uintToBytes(0n, 0)).toEqual(new Uint8Array(0))
    expect(() => uintToBytes(256n, 1)).toThrow(RangeError)
    expect(() => uintToBytes(-1n, 1)).toThrow(RangeError)
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }), (value) => {
        expect(bytesToUint(uintToBytes(value, 32))).toBe(value)
      }),
    )
  })
})

describe('hex', () => {
  it('goes there and back', () => {
    fc.assert(
      fc.property(byteStrings, (bytes) => {
        expect(bytesToHex(bytes)).toBe(`0x${Buffer.from(bytes).toString('hex')}`)
        expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes)
        expect(hexToBytes(bytesToHex(bytes).toUpperCase().replace('X', 'x'))).toEqual(bytes)
      }),
    )
  })

  it.each(['', '0', '0x0', '00', '0xg0', '0x0g', '0x 0', '0x0-', 'x00', '0X00', '0x٠٠'])(
    '%j is not hexadecimal bytes',
    (text) => {
      expect(hexToBytes(text)).toBeUndefined()
    },
  )
})

describe('hashes', () => {
  it('are the published ones', () => {
    expect(bytesToHex(keccak256())).toBe('0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
    expect(bytesToHex(keccak256(utf8ToBytes('abc')))).toBe(
      '0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45',
    )
    expect(bytesToHex(sha256(utf8ToBytes('abc')))).toBe(
      '0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })

  it('of parts are hashes of the whole, and results do not share memory', () => {
    const whole = keccak256(utf8ToBytes('abc'))
    const parts = keccak256(utf8ToBytes('a'), utf8ToBytes('bc'))
    expect(parts).toEqual(whole)
    keccak256(utf8ToBytes('other'))
    expect(parts).toEqual(whole)
  })

  it('of other sizes are refused', () => {
    expect(() => toHash32(new Uint8Array(31))).toThrow(RangeError)
    expect(() => toAddress(new Uint8Array(21))).toThrow(RangeError)
  })
})

describe('addressToChecksumHex', () => {
  // The examples of EIP-55.
  it.each([
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ] as const)('%s', (address) => {
    expect(addressToChecksumHex(toAddress(hex(address.toLowerCase() as `0x${string}`)))).toBe(address)
  })
})

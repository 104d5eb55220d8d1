import { p256 } from '@noble/curves/nist.js'
import { bytesToHex, bytesToUint, concatBytes, uintToBytes } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { p256Verify } from '../../../src/evm/p256-verify.ts'
import { readPrecompileVectors } from '../../support/eip-precompile-vectors.ts'
import { createRandom } from '../../support/random.ts'

const GAS = 6_900n
const random = createRandom('secp256r1')
const { Fp, Fn } = p256.Point
const [FIELD, ORDER] = [Fp.ORDER, Fn.ORDER]
const word = (value: bigint): Uint8Array => uintToBytes(value, 32)
const YES = bytesToHex(word(1n))

async function answer(data: Uint8Array): Promise<string> {
  const { returnValue, executionGasUsed, exceptionError } = await p256Verify({ data, gasLimit: GAS })
  expect(exceptionError).toBeUndefined()
  expect(executionGasUsed).toBe(GAS)
  return bytesToHex(returnValue)
}

/** What JavaScript's best known library says. */
function theirs(data: Uint8Array): string {
  try {
    const key = p256.Point.fromAffine({
      x: bytesToUint(data.subarray(96, 128)),
      y: bytesToUint(data.subarray(128)),
    })
    const options = { prehash: false, lowS: false }
    const isRight = p256.verify(data.subarray(32, 96), data.subarray(0, 32), key.toBytes(false), options)
    return isRight ? YES : '0x'
  } catch {
    return '0x'
  }
}

function pointOf(key: bigint): Uint8Array {
  const { x, y } = p256.Point.BASE.multiply(key).toAffine()
  return concatBytes(word(x), word(y))
}

/** Hash, signature and public key. The nonce decides r; any hash will do. */
function signed({ key, nonce, hash }: { readonly key: bigint; readonly nonce: bigint; readonly hash: bigint }): {
  readonly r: bigint
  readonly s: bigint
  readonly input: Uint8Array
} {
  const r = p256.Point.BASE.multiply(nonce).toAffine().x % ORDER
  const s = Fn.mul(Fn.inv(nonce), Fn.create(hash + r * key))
  return { r, s, input: concatBytes(word(hash), word(r), word(s), pointOf(key)) }
}

function scalar(): bigint {
  return (BigInt(bytesToHex(random.bytes(32))) % (ORDER - 1n)) + 1n
}

describe('the precompile P256VERIFY', () => {
  test("answers EIP-7951's own vectors", async () => {
    const vectors = readPrecompileVectors().filter(({ precompile }) => precompile === 0x100)
    expect(vectors.length).toBeGreaterThan(700)
    for (const { name, input, expected } of vectors) {
      expect(await answer(input), name).toBe(bytesToHex(expected ?? new Uint8Array(0)))
    }
  })

  test('takes right signatures, high and low, and refuses those with a bit turned, as another library does', async () => {
    for (let round = 0; round < 120; round++) {
      const hash = BigInt(bytesToHex(random.bytes(32)))
      const { r, s, input } = signed({ key: scalar(), nonce: scalar(), hash })
      expect(await answer(input)).toBe(YES)
      const other = concatBytes(input.subarray(0, 32), word(r), word(ORDER - s), input.subarray(96))
      expect(await answer(other)).toBe(YES)
      const turned = Uint8Array.from(input)
      const bit = random.below(8 * input.length)
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(await answer(turned), bytesToHex(turned)).toBe(theirs(turned))
    }
  })

  test.each<[string, { readonly key: bigint; readonly nonce: bigint; readonly hash: bigint }]>([
    ['a hash of 0', { key: 5n, nonce: 7n, hash: 0n }],
    ['a hash of the order', { key: 5n, nonce: 7n, hash: ORDER }],
    ['the largest hash', { key: 5n, nonce: 7n, hash: (1n << 256n) - 1n }],
    ['the key 1: the base point twice', { key: 1n, nonce: 7n, hash: 3n }],
    ['the key -1: opposite points', { key: ORDER - 1n, nonce: 7n, hash: 3n }],
    ['the nonce 1', { key: 9n, nonce: 1n, hash: 4n }],
    [
      'the same factors for both points',
      { key: 2n, nonce: 3n, hash: p256.Point.BASE.multiply(3n).toAffine().x % ORDER },
    ],
  ])('takes %s', async (_, secrets) => {
    const { input } = signed(secrets)
    expect(theirs(input)).toBe(YES)
    expect(await answer(input)).toBe(YES)
  })

  test('refuses a sum at infinity', async () => {
    // hash = -r * key: the two products cancel out.
    const [key, r] = [11n, 12_345n]
    const input = concatBytes(word(Fn.create(-r * key)), word(r), word(77n), pointOf(key))
    expect(await answer(input)).toBe('0x')
  })

  test('refuses r and s of 0 and of the order, and keys off the curve and beyond the field', async () => {
    const { input } = signed({ key: 5n, nonce: 7n, hash: 9n })
    const withWord = (index: number, value: bigint): Uint8Array => {
      const changed = Uint8Array.from(input)
      changed.set(word(value), 32 * index)
      return changed
    }
    for (const index of [1, 2]) {
      expect(await answer(withWord(index, 0n))).toBe('0x')
      expect(await answer(withWord(index, ORDER))).toBe('0x')
      expect(await answer(withWord(index, (1n << 256n) - 1n))).toBe('0x')
    }
    for (const index of [3, 4]) {
      expect(await answer(withWord(index, FIELD))).toBe('0x')
      expect(await answer(withWord(index, 0n))).toBe('0x')
    }
    expect(await answer(concatBytes(input.subarray(0, 96), new Uint8Array(64)))).toBe('0x')
    // A number that is right but for the field's modulus on top: one of the 2^224 small ones.
    const y = bytesToUint(input.subarray(128))
    if (y + FIELD < 1n << 256n) expect(await answer(withWord(4, y + FIELD))).toBe('0x')
  })

  test('wants 160 bytes, and its price', async () => {
    const { input } = signed({ key: 5n, nonce: 7n, hash: 9n })
    expect(await answer(input.subarray(0, 159))).toBe('0x')
    expect(await answer(concatBytes(input, new Uint8Array(1)))).toBe('0x')
    expect(await answer(new Uint8Array(0))).toBe('0x')
    const { exceptionError } = await p256Verify({ data: input, gasLimit: GAS - 1n })
    expect(exceptionError?.error).toBe('out of gas')
  })
})

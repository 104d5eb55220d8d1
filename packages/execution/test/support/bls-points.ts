import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bytesToHex, concatBytes, uintToBytes } from '@poai/core'
import type { Random } from './random.ts'

const { Fp, Fp2, Fr } = bls12_381.fields
const G1: typeof bls12_381.G1.Point = bls12_381.G1.Point
const G2: typeof bls12_381.G2.Point = bls12_381.G2.Point

export type PointG1 = typeof bls12_381.G1.Point.BASE
export type PointG2 = typeof bls12_381.G2.Point.BASE

/** Numbers of BLS12-381 at which rules change. */
export const BLS_FIELD: bigint = Fp.ORDER
export const BLS_ORDER: bigint = Fr.ORDER

/** A number of the field, or beyond it, as EIP-2537 writes it. */
export function fieldNumber(value: bigint): Uint8Array {
  return uintToBytes(value, 64)
}

export function encodeG1(point: PointG1): Uint8Array {
  if (point.is0()) return new Uint8Array(128)
  const { x, y } = point.toAffine()
  return concatBytes(fieldNumber(x), fieldNumber(y))
}

export function encodeG2(point: PointG2): Uint8Array {
  if (point.is0()) return new Uint8Array(256)
  const { x, y } = point.toAffine()
  return concatBytes(...[x.c0, x.c1, y.c0, y.c1].map(fieldNumber))
}

/** Below 2^bits. */
export function randomNumber(random: Random, bits: number): bigint {
  return BigInt(bytesToHex(random.bytes(bits / 8)))
}

export function randomG1(random: Random): PointG1 {
  return G1.BASE.multiplyUnsafe((randomNumber(random, 256) % (BLS_ORDER - 1n)) + 1n)
}

export function randomG2(random: Random): PointG2 {
  return G2.BASE.multiplyUnsafe((randomNumber(random, 256) % (BLS_ORDER - 1n)) + 1n)
}

/** On the curve, and almost surely not in the subgroup. */
export function strayG1(random: Random): PointG1 {
  for (;;) {
    const x = randomNumber(random, 512) % BLS_FIELD
    try {
      return G1.fromAffine({ x, y: Fp.sqrt(Fp.add(Fp.pow(x, 3n), 4n)) })
    } catch {
      // Not a square: another x.
    }
  }
}

export function strayG2(random: Random): PointG2 {
  for (;;) {
    const x = Fp2.fromBigTuple([randomNumber(random, 512) % BLS_FIELD, randomNumber(random, 512) % BLS_FIELD])
    const b = Fp2.fromBigTuple([4n, 4n])
    try {
      return G2.fromAffine({ x, y: Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b)) })
    } catch {
      // Not a square: another x.
    }
  }
}

/** What is beside the subgroup in the curve of G1: 3 * 11^2 * 10177^2 * ... */
const G1_COFACTOR: bigint = 0x396c8c005555e1568c00aaab0000aaabn

/** A point whose order is the small prime, which divides the cofactor of G1. */
export function smallOrderG1(random: Random, prime: bigint): PointG1 {
  let factor = BLS_ORDER * G1_COFACTOR
  while (factor % prime === 0n) factor /= prime
  for (;;) {
    const point = times(strayG1(random), factor)
    if (!point.is0()) return point
  }
}

/** By double and add: the library takes factors below the order only. */
function times(point: PointG1, factor: bigint): PointG1 {
  let sum = G1.ZERO
  for (const bit of factor.toString(2)) {
    sum = sum.double()
    if (bit === '1') sum = sum.add(point)
  }
  return sum
}

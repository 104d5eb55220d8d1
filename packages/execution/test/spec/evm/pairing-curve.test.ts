import { type EVMBN254Interface, NobleBN254 } from '@ethereumjs/evm'
import { bn254 } from '@noble/curves/bn254.js'
import { bytesToHex, concatBytes, uintToBytes } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { pairingCurve } from '../../../src/evm/pairing-curve.ts'
import { createRandom } from '../../support/random.ts'

type Operation = 'add' | 'mul' | 'pairing'

const noble = new NobleBN254()
const random = createRandom('pairing curve')
const FIELD = bn254.fields.Fp.ORDER
const ORDER = bn254.fields.Fr.ORDER
const MAX_WORD = (1n << 256n) - 1n
const G2_FIELD = bn254.fields.Fp2

function word(value: bigint): Uint8Array {
  return uintToBytes(value, 32)
}

function scalar(): bigint {
  return BigInt(bytesToHex(random.bytes(32)))
}

function g1(factor: bigint): Uint8Array {
  if (factor % ORDER === 0n) return new Uint8Array(64)
  const { x, y } = bn254.G1.Point.BASE.multiply(factor % ORDER).toAffine()
  return concatBytes(word(x), word(y))
}

function g2(factor: bigint): Uint8Array {
  if (factor % ORDER === 0n) return new Uint8Array(128)
  const { x, y } = bn254.G2.Point.BASE.multiply(factor % ORDER).toAffine()
  return concatBytes(word(x.c1), word(x.c0), word(y.c1), word(y.c0))
}

/** On the twist, and almost surely not in its subgroup. */
function strayG2(): Uint8Array {
  for (;;) {
    const x = G2_FIELD.fromBigTuple([scalar() % FIELD, scalar() % FIELD])
    const b = G2_FIELD.div(G2_FIELD.fromBigTuple([3n, 0n]), G2_FIELD.fromBigTuple([9n, 1n]))
    try {
      const y = G2_FIELD.sqrt(G2_FIELD.add(G2_FIELD.mul(G2_FIELD.sqr(x), x), b))
      return concatBytes(word(x.c1), word(x.c0), word(y.c1), word(y.c0))
    } catch {
      // Not a square: another x.
    }
  }
}

/** What the precompile would answer: bytes, or 'refused'. */
function answer(curve: EVMBN254Interface, operation: Operation, input: Uint8Array): string {
  try {
    return bytesToHex(curve[operation](input))
  } catch {
    return 'refused'
  }
}

function expectSame(operation: Operation, input: Uint8Array): string {
  const ours = answer(pairingCurve, operation, input)
  expect(ours, `${operation} of ${bytesToHex(input)}`).toBe(answer(noble, operation, input))
  return ours
}

const BAD_POINTS = [
  concatBytes(word(1n), word(1n)),
  concatBytes(word(FIELD), word(0n)),
  concatBytes(word(FIELD + 1n), word(2n)),
  concatBytes(word(1n), word(FIELD + 2n)),
  concatBytes(word(0n), word(FIELD)),
  concatBytes(word(MAX_WORD), word(MAX_WORD)),
  concatBytes(word(0n), word(1n)),
]
const SCALARS = [0n, 1n, 2n, ORDER - 1n, ORDER, ORDER + 1n, FIELD, 2n * ORDER, MAX_WORD, 1n << 255n]

describe('alt_bn128 in WebAssembly answers as EthereumJS does in JavaScript', () => {
  test('additions: random, of nothing, of a point and itself or its opposite, and of what is no point', () => {
    for (let round = 0; round < 40; round++) expectSame('add', concatBytes(g1(scalar()), g1(scalar())))
    const point = g1(7n)
    const nothing = new Uint8Array(64)
    expect(expectSame('add', concatBytes(point, g1(ORDER - 7n)))).toBe(bytesToHex(nothing))
    expectSame('add', concatBytes(point, point))
    expectSame('add', concatBytes(point, nothing))
    expectSame('add', concatBytes(nothing, point))
    expectSame('add', concatBytes(nothing, nothing))
    for (const bad of BAD_POINTS) {
      expect(expectSame('add', concatBytes(bad, point))).toBe('refused')
      expect(expectSame('add', concatBytes(nothing, bad))).toBe('refused')
    }
  })

  test('multiplications: random, by numbers about the order and beyond it, and of what is no point', () => {
    for (let round = 0; round < 40; round++) expectSame('mul', concatBytes(g1(scalar()), word(scalar()), word(0n)))
    for (const factor of SCALARS) {
      for (const point of [g1(1n), g1(ORDER - 1n), new Uint8Array(64)]) {
        expectSame('mul', concatBytes(point, word(factor), word(0n)))
      }
      for (const bad of BAD_POINTS) expect(expectSame('mul', concatBytes(bad, word(factor), word(0n)))).toBe('refused')
    }
  })

  test('pairings: true, false and empty ones, with nothing in them, and with what is not in the group', () => {
    const one = bytesToHex(word(1n))
    const zero = bytesToHex(word(0n))
    expect(expectSame('pairing', new Uint8Array(0))).toBe(one)
    for (let round = 0; round < 6; round++) {
      const [a, b] = [scalar(), scalar()]
      expect(expectSame('pairing', concatBytes(g1(a), g2(b), g1(ORDER - ((a * b) % ORDER)), g2(1n)))).toBe(one)
      expect(expectSame('pairing', concatBytes(g1(a), g2(b), g1(a), g2(1n)))).toBe(zero)
    }
    const nothing = new Uint8Array(192)
    expect(expectSame('pairing', nothing)).toBe(one)
    expect(expectSame('pairing', concatBytes(g1(3n), new Uint8Array(128)))).toBe(one)
    expect(expectSame('pairing', concatBytes(new Uint8Array(64), g2(3n)))).toBe(one)
    expect(expectSame('pairing', concatBytes(g1(3n), g2(5n), nothing))).toBe(zero)
    for (const bad of BAD_POINTS) {
      expect(expectSame('pairing', concatBytes(bad, g2(1n)))).toBe('refused')
      expect(expectSame('pairing', concatBytes(bad, new Uint8Array(128)))).toBe('refused')
    }
    for (let round = 0; round < 4; round++) {
      expect(expectSame('pairing', concatBytes(g1(1n), strayG2()))).toBe('refused')
      expect(expectSame('pairing', concatBytes(new Uint8Array(64), strayG2()))).toBe('refused')
    }
    const beyond = g2(1n)
    beyond.set(word(FIELD), 32)
    expect(expectSame('pairing', concatBytes(g1(1n), beyond))).toBe('refused')
  })

  test('goes on answering after many refusals', () => {
    const bad = concatBytes(word(1n), word(1n), word(1n), word(2n))
    for (let round = 0; round < 5_000; round++) answer(pairingCurve, 'add', bad)
    expectSame('add', concatBytes(g1(5n), g1(6n)))
  })
})

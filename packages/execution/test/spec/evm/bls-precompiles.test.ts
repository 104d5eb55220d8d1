import { type EVMBLSInterface, NobleBLS } from '@ethereumjs/evm'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bytesToHex, concatBytes, uintToBytes } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { type BlsAddress, blsPrecompile } from '../../../src/evm/bls-precompiles.ts'
import {
  BLS_FIELD,
  BLS_ORDER,
  encodeG1,
  encodeG2,
  fieldNumber,
  randomG1,
  randomG2,
  randomNumber,
  smallOrderG1,
  strayG1,
  strayG2,
} from '../../support/bls-points.ts'
import { readPrecompileVectors } from '../../support/eip-precompile-vectors.ts'
import { createRandom } from '../../support/random.ts'

const PLENTY = 100_000_000n
const noble = new NobleBLS()
const random = createRandom('bls12-381')
const noRest = (): undefined => undefined

const OPERATIONS: Readonly<Record<BlsAddress, Exclude<keyof EVMBLSInterface, 'init'>>> = {
  11: 'addG1',
  12: 'msmG1',
  13: 'addG2',
  14: 'msmG2',
  15: 'pairingCheck',
  16: 'mapFPtoG1',
  17: 'mapFP2toG2',
}

async function ours(address: BlsAddress, data: Uint8Array): Promise<string> {
  const { returnValue, exceptionError } = await blsPrecompile(address, { data, gasLimit: PLENTY }, noRest)
  return exceptionError === undefined ? bytesToHex(returnValue) : 'refused'
}

/** EthereumJS's default, in JavaScript; it leaves the padding to its precompiles. */
function theirs(address: BlsAddress, data: Uint8Array): string {
  try {
    return bytesToHex(noble[OPERATIONS[address]](data))
  } catch {
    return 'refused'
  }
}

async function expectSame(address: BlsAddress, data: Uint8Array): Promise<string> {
  const answer = await ours(address, data)
  expect(answer, `0x${address.toString(16)} of ${bytesToHex(data)}`).toBe(theirs(address, data))
  return answer
}

const scalar = (): Uint8Array => random.bytes(32)
const word = (value: bigint): Uint8Array => uintToBytes(value, 32)
const G1_ZERO = new Uint8Array(128)
const G2_ZERO = new Uint8Array(256)
const [G1, G2] = [bls12_381.G1.Point, bls12_381.G2.Point]
const EDGE_SCALARS = [0n, 1n, 2n, BLS_ORDER - 1n, BLS_ORDER, BLS_ORDER + 1n, (1n << 256n) - 1n, 1n << 255n]
const EDGE_NUMBERS = [0n, 1n, BLS_FIELD - 1n, (BLS_FIELD - 1n) / 2n, (BLS_FIELD + 1n) / 2n]
const NO_NUMBERS = [BLS_FIELD, BLS_FIELD + 1n, (1n << 384n) - 1n]

describe("EIP-2537's own vectors", () => {
  test.each(readPrecompileVectors().filter(({ precompile }) => precompile < 0x100))(
    '$precompile: $name',
    async ({ precompile, input, expected, gas }) => {
      const run = (gasLimit: bigint): ReturnType<typeof blsPrecompile> =>
        blsPrecompile(precompile as BlsAddress, { data: input, gasLimit }, noRest)
      const answer = await run(gas ?? PLENTY)
      if (expected === undefined) {
        expect(answer).toMatchObject({ executionGasUsed: PLENTY, returnValue: new Uint8Array(0) })
        expect(answer.exceptionError).toBeDefined()
        return
      }
      expect(answer.exceptionError).toBeUndefined()
      expect(bytesToHex(answer.returnValue)).toBe(bytesToHex(expected))
      expect(answer.executionGasUsed).toBe(gas)
      expect((await run((gas ?? 1n) - 1n)).exceptionError?.error).toBe('out of gas')
    },
  )
})

describe('BLS12-381 in WebAssembly answers as EthereumJS does in JavaScript', () => {
  test('additions in G1: random, stray, of opposites, of nothing, of small order', async () => {
    for (let round = 0; round < 40; round++) {
      const [a, b] = [randomG1(random), strayG1(random)]
      await expectSame(0x0b, concatBytes(encodeG1(a), encodeG1(b)))
      await expectSame(0x0b, concatBytes(encodeG1(b), encodeG1(b)))
      expect(await expectSame(0x0b, concatBytes(encodeG1(b), encodeG1(b.negate())))).toBe(bytesToHex(G1_ZERO))
      await expectSame(0x0b, concatBytes(encodeG1(a), G1_ZERO))
    }
    const third = smallOrderG1(random, 3n)
    expect(await expectSame(0x0b, concatBytes(encodeG1(third), encodeG1(third)))).toBe(
      bytesToHex(encodeG1(third.negate())),
    )
    expect(await expectSame(0x0b, concatBytes(G1_ZERO, G1_ZERO))).toBe(bytesToHex(G1_ZERO))
  })

  test('additions in G2: random, stray, of opposites, of nothing', async () => {
    for (let round = 0; round < 20; round++) {
      const [a, b] = [randomG2(random), strayG2(random)]
      await expectSame(0x0d, concatBytes(encodeG2(a), encodeG2(b)))
      await expectSame(0x0d, concatBytes(encodeG2(b), encodeG2(b)))
      expect(await expectSame(0x0d, concatBytes(encodeG2(b), encodeG2(b.negate())))).toBe(bytesToHex(G2_ZERO))
    }
    expect(await expectSame(0x0d, concatBytes(G2_ZERO, G2_ZERO))).toBe(bytesToHex(G2_ZERO))
  })

  test('sums of terms: of one, about the length of a step, with edge scalars, with nothing in them', async () => {
    for (const terms of [1, 2, 7, 8, 9, 17]) {
      const g1 = Array.from({ length: terms }, () => concatBytes(encodeG1(randomG1(random)), scalar()))
      await expectSame(0x0c, concatBytes(...g1))
    }
    for (const terms of [1, 2, 3, 4, 5, 9]) {
      const g2 = Array.from({ length: terms }, () => concatBytes(encodeG2(randomG2(random)), scalar()))
      await expectSame(0x0e, concatBytes(...g2))
    }
    for (const factor of EDGE_SCALARS) {
      for (const point of [G1.BASE, randomG1(random)]) {
        await expectSame(0x0c, concatBytes(encodeG1(point), word(factor)))
        await expectSame(0x0c, concatBytes(encodeG1(point), word(factor), encodeG1(point.negate()), word(factor)))
      }
      await expectSame(0x0c, concatBytes(G1_ZERO, word(factor)))
      await expectSame(0x0e, concatBytes(encodeG2(G2.BASE), word(factor), G2_ZERO, word(factor)))
    }
  })

  test('maps: random numbers and those at the edges', async () => {
    const numbers = [...EDGE_NUMBERS, ...Array.from({ length: 30 }, () => randomNumber(random, 512) % BLS_FIELD)]
    for (const [index, number] of numbers.entries()) {
      await expectSame(0x10, fieldNumber(number))
      await expectSame(0x11, concatBytes(fieldNumber(number), fieldNumber(numbers.at(-index) ?? 0n)))
    }
  })

  test('pairings: true, false, with nothing in them', async () => {
    const yes = bytesToHex(word(1n))
    const pair = (a: bigint, b: bigint): Uint8Array =>
      concatBytes(encodeG1(G1.BASE.multiply(a)), encodeG2(G2.BASE.multiply(b)))
    expect(await expectSame(0x0f, concatBytes(pair(6n, 5n), pair(BLS_ORDER - 15n, 2n)))).toBe(yes)
    expect(await expectSame(0x0f, concatBytes(pair(6n, 5n), pair(BLS_ORDER - 15n, 3n)))).toBe(bytesToHex(word(0n)))
    expect(await expectSame(0x0f, concatBytes(pair(2n, 3n), pair(3n, BLS_ORDER - 2n), G1_ZERO, G2_ZERO))).toBe(yes)
    expect(await expectSame(0x0f, concatBytes(encodeG1(G1.BASE), G2_ZERO))).toBe(yes)
    expect(await expectSame(0x0f, concatBytes(G1_ZERO, encodeG2(randomG2(random))))).toBe(yes)
  })

  test('refuses points off the curve, numbers beyond the field and, but in additions, what is off the subgroup', async () => {
    const numbers = concatBytes(fieldNumber(1n), fieldNumber(2n))
    for (const address of [0x0b, 0x0c] as const) {
      const rest = address === 0x0b ? encodeG1(G1.BASE) : word(1n)
      expect(await expectSame(address, concatBytes(numbers, rest))).toBe('refused')
      for (const beyond of NO_NUMBERS) {
        expect(await ours(address, concatBytes(fieldNumber(beyond), fieldNumber(2n), rest))).toBe('refused')
        expect(await ours(address, concatBytes(fieldNumber(0n), fieldNumber(beyond), rest))).toBe('refused')
      }
    }
    const strays = [...[3n, 11n].map((order) => smallOrderG1(random, order)), strayG1(random)]
    for (const stray of strays) {
      for (const point of [stray, stray.add(G1.BASE)]) {
        expect(await expectSame(0x0c, concatBytes(encodeG1(point), word(1n)))).toBe('refused')
        expect(await expectSame(0x0f, concatBytes(encodeG1(point), encodeG2(G2.BASE)))).toBe('refused')
        // Not even beside a point at infinity, or times 0.
        expect(await expectSame(0x0f, concatBytes(encodeG1(point), G2_ZERO))).toBe('refused')
        expect(await expectSame(0x0c, concatBytes(encodeG1(point), word(0n)))).toBe('refused')
      }
    }
    const stray = encodeG2(strayG2(random))
    expect(await expectSame(0x0e, concatBytes(stray, word(0n)))).toBe('refused')
    expect(await expectSame(0x0f, concatBytes(G1_ZERO, stray))).toBe('refused')
    for (const beyond of NO_NUMBERS) {
      expect(await ours(0x10, fieldNumber(beyond))).toBe('refused')
      expect(await ours(0x11, concatBytes(fieldNumber(0n), fieldNumber(beyond)))).toBe('refused')
    }
    expect(await ours(0x10, uintToBytes(1n << 384n, 64))).toBe('refused')
  })

  test('answers the same after many refusals, and to many at once', async () => {
    const bad = concatBytes(fieldNumber(1n), fieldNumber(1n), word(1n))
    for (let round = 0; round < 2_000; round++) await ours(0x0c, bad)
    const rest = (): Promise<void> => Promise.resolve()
    const inputs = Array.from({ length: 4 }, () =>
      concatBytes(...Array.from({ length: 19 }, () => concatBytes(encodeG1(randomG1(random)), scalar()))),
    )
    const answers = await Promise.all(inputs.map((data) => blsPrecompile(0x0c, { data, gasLimit: PLENTY }, rest)))
    answers.forEach(({ returnValue }, index) => {
      expect(bytesToHex(returnValue)).toBe(theirs(0x0c, inputs[index] as Uint8Array))
    })
  })
})

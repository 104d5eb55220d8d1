import { createEVM, type PrecompileInput } from '@ethereumjs/evm'
import { bytesToHex, concatBytes, uintToBytes } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { createEvmCommon } from '../../../src/evm/evm-common.ts'
import { modexp } from '../../../src/evm/modexp.ts'
import { RULE_SETS } from '../../../src/rule-sets.ts'
import { createRandom } from '../../support/random.ts'

const common = createEvmCommon(1n, RULE_SETS.cancun)
const evm = await createEVM({ common })
const stock = evm.precompiles.get(`${'00'.repeat(19)}05`)
if (stock === undefined) throw new Error('EthereumJS has the precompile')
const random = createRandom('modexp')
const GAS = 30_000_000n

async function expectSame(data: Uint8Array, gasLimit = GAS): Promise<void> {
  const [mine, theirs] = await Promise.all([
    modexp({ data, gasLimit }, () => undefined),
    stock?.({ data, gasLimit, common, _EVM: evm } as PrecompileInput),
  ])
  const facts = (result: typeof mine | typeof theirs): readonly unknown[] => [
    bytesToHex(result?.returnValue ?? new Uint8Array(0)),
    result?.executionGasUsed,
    result?.exceptionError?.error,
  ]
  expect(facts(mine), bytesToHex(data)).toEqual(facts(theirs))
}

function inputOf(base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): Uint8Array {
  const lengths = [base, exponent, modulus].map(({ length }) => uintToBytes(BigInt(length), 32))
  return concatBytes(...lengths, base, exponent, modulus)
}

describe('modexp', () => {
  test('answers as EthereumJS does, for lengths about every border of the price', async () => {
    for (const size of [0, 1, 7, 8, 9, 31, 32, 33, 40, 64, 255]) {
      for (const exponentBytes of [0, 1, 2, 7, 8, 9, 31, 32, 33, 64]) {
        await expectSame(inputOf(random.bytes(size), random.bytes(exponentBytes), random.bytes(size)))
        await expectSame(inputOf(random.bytes(size), random.bytes(exponentBytes), random.bytes(32)))
        await expectSame(inputOf(random.bytes(3), random.bytes(exponentBytes), random.bytes(size)))
      }
    }
  })

  test('answers as EthereumJS does where numbers are zero, one, even, or begin with zeros', async () => {
    const numbers = ['', '00', '01', '02', '0000', '0001', '00ff', 'ff'].map((text) => Buffer.from(text, 'hex'))
    for (const base of numbers) {
      for (const exponent of [...numbers, new Uint8Array(40), concatBytes(new Uint8Array(40), Uint8Array.of(5))]) {
        for (const modulus of numbers) await expectSame(inputOf(base, exponent, modulus))
      }
    }
  })

  test('takes what is missing for zeros, and no notice of what is too much', async () => {
    const data = inputOf(random.bytes(20), random.bytes(40), random.bytes(20))
    for (let length = 0; length <= data.length; length += 7) await expectSame(data.slice(0, length))
    await expectSame(concatBytes(data, random.bytes(50)))
    await expectSame(concatBytes(new Uint8Array(3), data).subarray(3))
  })

  test('refuses numbers of more than 1,024 bytes, and what costs more than there is', async () => {
    for (const length of [1024, 1025]) {
      const [large, one] = [new Uint8Array(length).fill(1), Uint8Array.of(1)]
      for (const parts of [[large, one, one] as const, [one, large, one] as const, [one, one, large] as const]) {
        await expectSame(inputOf(...parts))
        const { executionGasUsed } = await modexp({ data: inputOf(...parts), gasLimit: GAS }, () => undefined)
        await expectSame(inputOf(...parts), executionGasUsed)
        await expectSame(inputOf(...parts), executionGasUsed - 1n)
      }
    }
    for (const at of [0, 32, 64]) {
      const endless = inputOf(Uint8Array.of(3), Uint8Array.of(3), Uint8Array.of(7))
      endless.fill(0xff, at, at + 32)
      await expectSame(endless)
    }
  })

  test('waits where it is told to, and goes on with the same numbers', async () => {
    const data = inputOf(random.bytes(64), random.bytes(128), random.bytes(64))
    const other = inputOf(random.bytes(64), random.bytes(128), random.bytes(64))
    let pauses = 0
    const pause = async (): Promise<void> => {
      pauses++
    }
    const [one, two] = await Promise.all([data, other].map((input) => modexp({ data: input, gasLimit: GAS }, pause)))
    expect(pauses).toBeGreaterThan(100)
    expect(one).toEqual(await modexp({ data, gasLimit: GAS }, () => undefined))
    expect(two).toEqual(await modexp({ data: other, gasLimit: GAS }, () => undefined))
  })
})

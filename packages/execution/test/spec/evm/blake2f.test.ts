import { createHash } from 'node:crypto'
import { createEVM, type PrecompileInput } from '@ethereumjs/evm'
import { bytesToHex, concatBytes, hex, uintToBytes } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { blake2f } from '../../../src/evm/blake2f.ts'
import { createRandom } from '../../support/random.ts'

const evm = await createEVM()
const stock = evm.precompiles.get(`${'00'.repeat(19)}09`)
if (stock === undefined) throw new Error('EthereumJS has the precompile')
const random = createRandom('blake2f')

async function answer(question: Parameters<typeof blake2f>[0]): Promise<readonly unknown[]> {
  const result = await blake2f(question, () => undefined)
  const failure = 'exceptionError' in result ? result.exceptionError.error : undefined
  return [bytesToHex(result.returnValue), result.executionGasUsed, failure]
}

async function stockAnswer(data: Uint8Array, gasLimit: bigint): Promise<readonly unknown[]> {
  const result = await stock?.({ data, gasLimit, common: evm.common, _EVM: evm } as PrecompileInput)
  return [bytesToHex(result?.returnValue ?? new Uint8Array(0)), result?.executionGasUsed, result?.exceptionError?.error]
}

const inputOf = (rounds: number, final = 1): Uint8Array =>
  concatBytes(uintToBytes(BigInt(rounds), 4), random.bytes(208), Uint8Array.of(final))

describe('blake2f', () => {
  test('hashes "abc" as OpenSSL does (EIP-152, test vector 5)', async () => {
    const data = hex(
      `0x0000000c48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b616263${'00'.repeat(125)}0300000000000000000000000000000001`,
    )
    const expected = createHash('blake2b512').update('abc').digest('hex')
    expect(await answer({ data, gasLimit: 12n })).toEqual([`0x${expected}`, 12n, undefined])
  })

  test('answers as EthereumJS does, for every number of rounds about the length of the schedule', async () => {
    for (const rounds of [...Array.from({ length: 32 }, (_, index) => index), 99, 100, 101, 4_096, 20_000, 25_003]) {
      for (const final of [0, 1]) {
        const data = inputOf(rounds, final)
        expect(await answer({ data, gasLimit: 30_000n }), bytesToHex(data)).toEqual(await stockAnswer(data, 30_000n))
      }
    }
  })

  test('refuses what EthereumJS refuses, and takes all gas for it', async () => {
    const long = concatBytes(inputOf(1), Uint8Array.of(0))
    for (const data of [new Uint8Array(0), inputOf(1).slice(1), long, inputOf(1, 2), inputOf(1, 255)]) {
      const result = await answer({ data, gasLimit: 77n })
      expect(result).toEqual(await stockAnswer(data, 77n))
      expect(result.slice(0, 2)).toEqual(['0x', 77n])
    }
    for (const rounds of [77, 78, 0xffffffff]) {
      const data = inputOf(rounds)
      expect(await answer({ data, gasLimit: 77n })).toEqual(await stockAnswer(data, 77n))
    }
  })

  test('reads its input where it lies in a larger buffer', async () => {
    const data = inputOf(13)
    const shifted = concatBytes(new Uint8Array(5), data).subarray(5)
    expect(await answer({ data: shifted, gasLimit: 13n })).toEqual(await stockAnswer(data, 13n))
  })
})

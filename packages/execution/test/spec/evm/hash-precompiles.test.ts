import { createEVM, type PrecompileInput } from '@ethereumjs/evm'
import { bytesToHex } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { HASHED_AT_A_TIME, ripemd160, sha256 } from '../../../src/evm/hash-precompiles.ts'
import { createRandom } from '../../support/random.ts'

const evm = await createEVM()
const random = createRandom('hash precompiles')

describe.each([
  { name: 'sha256', address: '02', own: sha256 },
  { name: 'ripemd160', address: '03', own: ripemd160 },
])('$name', ({ address, own }) => {
  const stock = evm.precompiles.get(`${'00'.repeat(19)}${address}`)
  const told = (result: Awaited<ReturnType<typeof own>> | undefined): readonly unknown[] => [
    bytesToHex(result?.returnValue ?? new Uint8Array(0)),
    result?.executionGasUsed,
    result?.exceptionError?.error,
  ]

  test('answers as EthereumJS does, for every length about a word and a piece, with just enough gas and one less', async () => {
    const lengths = [
      0,
      1,
      31,
      32,
      33,
      63,
      64,
      65,
      HASHED_AT_A_TIME - 1,
      HASHED_AT_A_TIME,
      HASHED_AT_A_TIME + 1,
      200_003,
    ]
    for (const length of lengths) {
      const data = random.bytes(length)
      const enough = (await own({ data, gasLimit: 10_000_000n }, () => undefined)).executionGasUsed
      for (const gasLimit of [10_000_000n, enough, enough - 1n]) {
        const expected = await stock?.({ data, gasLimit, common: evm.common, _EVM: evm } as PrecompileInput)
        const actual = await own({ data, gasLimit }, () => undefined)
        expect(told(actual), `${length} bytes, ${gasLimit} gas`).toEqual(told(expected))
      }
    }
  })

  test('may rest after each piece', async () => {
    let asked = 0
    const pause = (): Promise<void> => {
      asked++
      return Promise.resolve()
    }
    await own({ data: new Uint8Array(3 * HASHED_AT_A_TIME), gasLimit: 10_000_000n }, pause)
    expect(asked).toBe(3)
  })
})

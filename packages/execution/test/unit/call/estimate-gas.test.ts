import { type Address, bytesToHex, hex, toAddress } from '@poai/core'
import { describe, expect, test } from 'vitest'
import type { EstimateInput, GasEstimate } from '../../../src/index.ts'
import { callData, initCode } from '../../support/contracts.ts'
import { blockHash, genesisAccount, SmallChain } from '../../support/small-chain.ts'

const account = (byte: number): Address => toAddress(new Uint8Array(20).fill(byte))
const rich = account(1)
const poor = account(2)
const stranger = account(3)
// CALL to 0x04…04 with all gas but a 64th, and revert if it failed.
const outer = account(5)
const inner = account(4)
const OUTER = hex(`0x5f5f5f5f5f73${bytesToHex(inner).slice(2)}5af11560235700`)
// SSTORE(0, 1) and SSTORE(1, 1)
const INNER = hex('0x60015f55600160015500')
// Clears the slot 0, which was 1.
const clearer = account(6)
const CLEARER = hex('0x5f5f5500')

const chain = new SmallChain([
  genesisAccount(rich),
  genesisAccount(poor, { balance: 40_000n }),
  genesisAccount(inner, { code: INNER, nonce: 1n }),
  genesisAccount(outer, { code: OUTER, nonce: 1n }),
  genesisAccount(clearer, { code: CLEARER, nonce: 1n, storage: [{ key: new Uint8Array(32) as never, value: 1n }] }),
])
const GAS = 30_000_000n

function inputOf(message: Partial<EstimateInput['message']>): EstimateInput {
  return {
    ...{ state: chain.state, environment: chain.environment(), blockHash },
    message: {
      ...{
        from: rich,
        to: stranger,
        value: 0n,
        data: new Uint8Array(0),
        accessList: [],
        authorizationList: [],
        gasLimit: GAS,
        gasPrice: 0n,
      },
      ...message,
    },
  }
}

function estimate(message: Partial<EstimateInput['message']>): Promise<GasEstimate> {
  return chain.execution.estimateGas(inputOf(message))
}

async function found(message: Partial<EstimateInput['message']>): Promise<bigint> {
  const answer = await estimate(message)
  if (answer.kind !== 'found') throw new Error(`no estimate: ${answer.kind}`)
  return answer.gas
}

async function succeedsWith(message: Partial<EstimateInput['message']>, gasLimit: bigint): Promise<boolean> {
  return (await chain.execution.executeCall(inputOf({ ...message, gasLimit }))).succeeded
}

describe('estimateGas', () => {
  test('of a transfer is 21,000, to new accounts as well', async () => {
    expect(await found({ value: 5n })).toBe(21_000n)
    expect(await found({ value: 5n, to: poor })).toBe(21_000n)
  })

  test('of data for nobody is what it costs to begin', async () => {
    expect(await found({ data: hex('0x00ff') })).toBe(21_020n)
  })

  test('is exact where the gas used is enough', async () => {
    const message = { to: undefined, data: initCode('Token', 1_000) }
    const gas = await found(message)
    expect(await succeedsWith(message, gas)).toBe(true)
    expect(await succeedsWith(message, gas - 1n)).toBe(false)
  })

  test('adds what an inner call may not use', async () => {
    const { gasUsed } = await chain.execution.executeCall(inputOf({ to: outer }))
    expect(await succeedsWith({ to: outer }, gasUsed)).toBe(false)
    const gas = await found({ to: outer })
    expect(await succeedsWith({ to: outer }, gas)).toBe(true)
    expect(gas).toBeLessThanOrEqual((gasUsed * 66n) / 63n)
  })

  test('adds what comes back only in the end', async () => {
    const { gasUsed, gasRefunded } = await chain.execution.executeCall(inputOf({ to: clearer }))
    expect(gasRefunded).toBe(4_800n)
    expect(await found({ to: clearer })).toBe(gasUsed + gasRefunded)
  })

  test('tells why a message fails with any gas', async () => {
    const answer = await estimate({ to: undefined, data: hex('0x61beef5f526002601efd') })
    expect(answer).toMatchObject({
      kind: 'fails',
      allowance: GAS,
      outcome: { failure: 'revert', returnData: hex('0xbeef') },
    })
    const burn = hex('0x5b5f56')
    expect(await estimate({ to: undefined, data: burn, gasLimit: 100_000n })).toMatchObject({
      kind: 'fails',
      outcome: { failure: 'out of gas' },
    })
    expect(await estimate({ gasLimit: 20_999n })).toMatchObject({
      kind: 'fails',
      outcome: { failure: 'intrinsic gas too low' },
    })
  })

  test('does not promise what the sender cannot pay for', async () => {
    expect(await estimate({ from: poor, value: 40_001n })).toEqual({ kind: 'too-poor', allowance: undefined })
    expect(await estimate({ from: poor, gasPrice: 2n })).toEqual({ kind: 'too-poor', allowance: 20_000n })
    expect(await estimate({ from: poor, gasPrice: 1n, value: 19_001n })).toEqual({
      kind: 'too-poor',
      allowance: 20_999n,
    })
    expect(await estimate({ from: poor, gasPrice: 1n, value: 19_000n })).toEqual({ kind: 'found', gas: 21_000n })
    const richer = { ...inputOf({ from: poor, gasPrice: 2n }), overrides: [{ address: poor, balance: 42_000n }] }
    expect(await chain.execution.estimateGas(richer)).toEqual({ kind: 'found', gas: 21_000n })
  })

  test('does not call a sender poor who can pay for more than a transaction may use', async () => {
    const osaka = new SmallChain([genesisAccount(poor, { balance: 1n << 25n })], { hardfork: 'osaka' })
    const most = 1n << 24n
    // Wants four gigabytes of memory.
    const burning = (gasPrice: bigint): Promise<GasEstimate> =>
      osaka.execution.estimateGas({
        ...inputOf({ from: poor, to: undefined, data: hex('0x5f63ffffffff52'), gasPrice }),
        ...{ state: osaka.state, environment: osaka.environment() },
      })
    expect(await burning(2n)).toMatchObject({ kind: 'fails', allowance: most })
    expect(await burning(3n)).toEqual({ kind: 'too-poor', allowance: (1n << 25n) / 3n })
  })

  test('takes code that is only said to be there', async () => {
    const overrides = [{ address: stranger, code: INNER }]
    const answer = await chain.execution.estimateGas({ ...inputOf({}), overrides })
    expect(answer).toMatchObject({ kind: 'found' })
    expect(answer.kind === 'found' && answer.gas > 60_000n).toBe(true)
  })

  test('of a call with value to a contract is enough', async () => {
    const message = { to: inner, value: 1n, data: callData('Token', 'decimals()') }
    expect(await succeedsWith(message, await found(message))).toBe(true)
  })
})

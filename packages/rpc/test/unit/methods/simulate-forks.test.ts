import type { SimulatedBlockJson } from '@poai/api/client'
import { bytesToHex, type Fork, toAddress, uintToBytes } from '@poai/core'
import { HISTORY_CONTRACT } from '@poai/execution'
import { signTransaction, testNetwork, testWallet, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { simulateMethod } from '../../../src/methods/eth/simulate.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const NEWCOMER = testWallet('newcomer')
const alice = bytesToHex(ALICE.address)
const bob = bytesToHex(BOB.address)
const newcomer = bytesToHex(NEWCOMER.address)
const history = bytesToHex(HISTORY_CONTRACT)
const TARGET = toAddress(uintToBytes(0xabcdn, 20))
/** Returns 7. */
const SEVEN = '0x60075f5260205ff3'
const FEES = { maxFeePerGas: '0xffffffffff', maxPriorityFeePerGas: '0x1' }
const OSAKA: Fork = { name: 'osaka', number: 3n, changes: { hardfork: 'osaka' } }
const word = (value: bigint): string => bytesToHex(uintToBytes(value, 32))

let methods: OpenMethods

beforeAll(async () => {
  methods = await openMethods((context) => [simulateMethod(context)], {}, { ...testNetwork, forks: [OSAKA] })
  await methods.mine()
})

afterAll(() => methods.close())

async function simulate(blockStateCalls: readonly object[], options = {}): Promise<readonly SimulatedBlockJson[]> {
  const answer = await methods.call('eth_simulateV1', { blockStateCalls, ...options })
  return answer as readonly SimulatedBlockJson[]
}

const refusal = (blockStateCalls: readonly object[], options: object = {}): ReturnType<OpenMethods['refusal']> =>
  methods.refusal('eth_simulateV1', { blockStateCalls, ...options })

function delegating(nonce: bigint): object {
  const { authorizationList } = signTransaction(methods.params.chainId, ALICE, {
    ...{ nonce: 0n, to: BOB.address, gasLimit: 60_000n },
    authorizations: [{ wallet: NEWCOMER, address: TARGET, nonce }],
  })
  const given = authorizationList.map(({ chainId, address, nonce, signature: { yParity, r, s } }) => ({
    ...{ chainId: `0x${chainId.toString(16)}`, address: bytesToHex(address), nonce: `0x${nonce}` },
    ...{ yParity: `0x${yParity}`, r: `0x${r.toString(16)}`, s: `0x${s.toString(16)}` },
  }))
  return { from: alice, to: newcomer, authorizationList: given }
}

it('keeps hashes of parents from the fork on, those of simulated blocks too (EIP-2935)', async () => {
  const ask = (...numbers: readonly bigint[]): object => ({
    calls: numbers.map((number) => ({ to: history, data: word(number) })),
  })
  const [before, first, second] = await simulate([ask(1n), ask(1n, 2n), ask(2n, 3n)])
  expect(before?.calls).toMatchObject([{ status: '0x1', returnData: '0x' }])
  expect(first?.calls.map(({ returnData }) => returnData)).toEqual([word(0n), before?.hash])
  expect(second?.calls.map(({ returnData }) => returnData)).toEqual([before?.hash, first?.hash])
})

it('knows the hash of the block that it begins on', async () => {
  const at = { blockOverrides: { number: '0x3' }, calls: [{ to: history, data: word(2n) }] }
  const [skipped, first] = await simulate([at])
  expect(first?.calls[0]?.returnData).toBe(skipped?.hash)
})

it('lets accounts delegate in blocks whose rules know that, and for the blocks after', async () => {
  const overrides = { [bytesToHex(TARGET)]: { code: SEVEN } }
  const [, first, second] = await simulate(
    [{}, { stateOverrides: overrides, calls: [delegating(0n)] }, { calls: [{ from: newcomer, to: newcomer }] }],
    { returnFullTransactions: true },
  )
  expect(first?.calls).toMatchObject([{ status: '0x1', returnData: word(7n) }])
  expect(first?.transactions).toMatchObject([{ type: '0x4', authorizationList: [{ address: bytesToHex(TARGET) }] }])
  expect(second?.calls).toMatchObject([{ status: '0x1', returnData: word(7n) }])
  expect(await refusal([{ calls: [delegating(0n)] }])).toMatchObject({ code: -32_003 })
})

it('watches a message that delegates', async () => {
  const given = { ...delegating(0n), value: '0x5' }
  const [, block] = await simulate([{}, { calls: [given] }], { traceTransfers: true })
  expect(block?.calls[0]?.logs).toMatchObject([{ data: word(5n) }])
})

it('bounds the gas of one transaction where it validates, and gives no more to one that says nothing', async () => {
  const blockOverrides = { gasLimit: '0x1ffffff' }
  const ask = (gas?: string): readonly object[] => [
    {},
    { blockOverrides, calls: [{ from: alice, to: bob, ...FEES, ...(gas === undefined ? {} : { gas }) }] },
  ]
  const strictly = { validation: true, returnFullTransactions: true }
  const [, most] = await simulate(ask('0x1000000'), strictly)
  const [, silent] = await simulate(ask(), strictly)
  expect([most, silent].map((block) => block?.transactions)).toMatchObject([
    [{ gas: '0x1000000' }],
    [{ gas: '0x1000000' }],
  ])
  expect(await refusal(ask('0x1000001'), strictly)).toMatchObject({ code: -32_003 })
  expect((await simulate(ask('0x1000001')))[1]?.calls).toMatchObject([{ status: '0x1' }])
})

import type { FilledTransactionJson } from '@poai/api/client'
import { bytesToHex } from '@poai/core'
import { WALLETS, type Wallet } from '@poai/testing/chain'
import { parseTransaction } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fillTransactionMethod } from '../../../src/methods/eth/fill-transaction.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const alice = bytesToHex(ALICE.address)
const bob = bytesToHex(BOB.address)

let methods: OpenMethods

beforeAll(async () => {
  methods = await openMethods((context) => [fillTransactionMethod(context)])
  await methods.send(ALICE, { nonce: 0n, to: BOB.address })
})

afterAll(() => methods.close())

const fill = async (args: object): Promise<FilledTransactionJson> =>
  (await methods.call('eth_fillTransaction', args)) as FilledTransactionJson

it('fills in what is missing: after what waits, with gas and fees that suffice', async () => {
  const { tx, raw } = await fill({ from: alice, to: bob, value: '0x5' })
  expect(tx).toMatchObject({ type: '0x2', nonce: '0x1', gas: '0x5208', to: bob, value: '0x5', accessList: [] })
  expect(BigInt(tx.maxFeePerGas ?? 0)).toBeGreaterThan(BigInt(tx.maxPriorityFeePerGas ?? 0))
  expect(parseTransaction(raw)).toMatchObject({ nonce: 1, gas: 21_000n, to: bob, value: 5n, type: 'eip1559' })
})

it('leaves what is given as it is, and knows the older types', async () => {
  const given = { from: alice, to: bob, gas: '0x7530', nonce: '0x9', gasPrice: '0x64' }
  const legacy = await fill(given)
  expect(legacy.tx).toMatchObject({ type: '0x0', nonce: '0x9', gas: '0x7530', gasPrice: '0x64' })
  expect(legacy.tx).not.toHaveProperty('maxFeePerGas')
  const listed = await fill({ ...given, accessList: [{ address: bob, storageKeys: [] }] })
  expect(parseTransaction(listed.raw)).toMatchObject({
    type: 'eip2930',
    gasPrice: 100n,
    accessList: [{ address: bob }],
  })
  const capped = await fill({ from: alice, to: bob, maxFeePerGas: '0x64' })
  expect(capped.tx).toMatchObject({ maxFeePerGas: '0x64', maxPriorityFeePerGas: '0x64' })
})

it('fills in a transaction that delegates', async () => {
  const authorization = { chainId: '0x0', address: bob, nonce: '0x1', yParity: '0x1', r: '0x2', s: '0x3' }
  const given = { from: alice, to: bob, gas: '0xffff', authorizationList: [authorization] }
  const { tx, raw } = await fill(given)
  expect(tx).toMatchObject({ type: '0x4', accessList: [], authorizationList: [authorization] })
  expect(parseTransaction(raw)).toMatchObject({
    ...{ type: 'eip7702', to: bob, gas: 65_535n },
    authorizationList: [{ address: bob, nonce: 1, yParity: 1 }],
  })
  expect((await fill({ ...given, authorizationList: [] })).tx.type).toBe('0x2')
  expect(await methods.refusal('eth_fillTransaction', { ...given, to: undefined })).toMatchObject({ code: -32_602 })
})

it.each([
  ['two kinds of price', { gasPrice: '0x1', maxFeePerGas: '0x1' }, -32_602],
  ['a tip above the fee', { maxPriorityFeePerGas: '0x2', maxFeePerGas: '0x1' }, -32_602],
  ['more than there is', { value: `0x${'f'.repeat(40)}` }, -32_000],
])('refuses %s', async (_, args, code) => {
  expect(await methods.refusal('eth_fillTransaction', { from: alice, to: bob, ...args })).toMatchObject({ code })
})

import { bytesToHex, toAddress, uintToBytes } from '@poai/core'
import { signTransaction, testNetwork, testWallet, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accountMethods } from '../../../src/methods/eth/accounts.ts'
import { callMethods } from '../../../src/methods/eth/calls.ts'
import { transactionMethods } from '../../../src/methods/eth/transactions.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const NEWCOMER = testWallet('newcomer')
const newcomer = bytesToHex(NEWCOMER.address)
const TARGET = toAddress(uintToBytes(0xabcdn, 20))
const INDICATOR = `0xef0100${bytesToHex(TARGET).slice(2)}`
/** Returns 7. */
const SEVEN = '0x60075f5260205ff3'

let methods: OpenMethods

beforeAll(async () => {
  methods = await openMethods(
    (context) => [...transactionMethods(context), ...callMethods(context), ...accountMethods(context)],
    {},
    { ...testNetwork, hardfork: 'osaka' },
  )
})

afterAll(() => methods.close())

it('shows a transaction that delegates, while it waits and when it is mined', async () => {
  const authorizations = [{ wallet: NEWCOMER, address: TARGET, nonce: 0n, chainId: 0n }]
  const plan = { nonce: 0n, to: BOB.address, gasLimit: 60_000n, authorizations }
  const hash = await methods.send(ALICE, plan)
  const { signature } = signTransaction(methods.params.chainId, ALICE, plan).authorizationList[0] ?? {}
  const shown = {
    ...{ type: '0x4', maxFeePerGas: '0x2540be400', maxPriorityFeePerGas: '0x3b9aca00', accessList: [] },
    authorizationList: [
      {
        ...{ chainId: '0x0', address: bytesToHex(TARGET), nonce: '0x0' },
        ...{ yParity: `0x${signature?.yParity}`, r: `0x${signature?.r.toString(16)}` },
        s: `0x${signature?.s.toString(16)}`,
      },
    ],
  }
  expect(await methods.call('eth_getTransactionByHash', hash)).toMatchObject({ ...shown, blockHash: null })
  await methods.mine()
  expect(await methods.call('eth_getTransactionByHash', hash)).toMatchObject({ ...shown, blockNumber: '0x1' })
  expect(await methods.call('eth_getTransactionReceipt', hash)).toMatchObject({ type: '0x4', status: '0x1' })
  expect(await methods.call('eth_getCode', newcomer)).toBe(INDICATOR)
  expect(await methods.call('eth_getTransactionCount', newcomer)).toBe('0x1')
})

it('calls and estimates with authorizations, of which nothing is kept', async () => {
  const stranger = testWallet('stranger')
  const { authorizationList } = signTransaction(methods.params.chainId, ALICE, {
    ...{ nonce: 0n, to: BOB.address, gasLimit: 60_000n },
    authorizations: [{ wallet: stranger, address: TARGET, nonce: 0n }],
  })
  const given = authorizationList.map(({ chainId, address, nonce, signature }) => ({
    ...{ chainId: `0x${chainId.toString(16)}`, address: bytesToHex(address), nonce: `0x${nonce}` },
    ...{ yParity: `0x${signature.yParity}`, r: `0x${signature.r.toString(16)}`, s: `0x${signature.s.toString(16)}` },
  }))
  const question = { from: bytesToHex(ALICE.address), to: bytesToHex(stranger.address), authorizationList: given }
  const overrides = { [bytesToHex(TARGET)]: { code: SEVEN } }
  expect(await methods.call('eth_call', question, 'latest', overrides)).toBe(bytesToHex(uintToBytes(7n, 32)))
  expect(await methods.call('eth_call', { ...question, authorizationList: [] }, 'latest', overrides)).toBe('0x')
  const gas = BigInt((await methods.call('eth_estimateGas', question, 'latest', overrides)) as string)
  expect(gas).toBeGreaterThan(46_000n)
  expect(gas).toBeLessThan(47_000n)
  expect(await methods.call('eth_getCode', question.to)).toBe('0x')
})

it('wants every member of an authorization, of the right size', async () => {
  const whole = { chainId: '0x0', address: newcomer, nonce: '0x0', yParity: '0x0', r: '0x1', s: '0x1' }
  const ask = (authorization: object): Promise<{ readonly code: number }> =>
    methods.refusal('eth_call', { to: newcomer, authorizationList: [authorization] })
  for (const name of Object.keys(whole)) {
    expect(await ask({ ...whole, [name]: undefined }), name).toMatchObject({ code: -32_602 })
  }
  expect(await ask({ ...whole, nonce: '0x10000000000000000' })).toMatchObject({ code: -32_602 })
  expect(await ask({ ...whole, yParity: '0x100' })).toMatchObject({ code: -32_602 })
  const list = Array.from({ length: 670 }, () => whole)
  expect(await methods.call('eth_call', { to: newcomer, authorizationList: [whole] })).toBeTypeOf('string')
  expect(await methods.refusal('eth_call', { to: newcomer, authorizationList: [...list, whole] })).toMatchObject({
    code: -32_602,
  })
})

it('caps an estimate at what one transaction may use', async () => {
  const endless = { [newcomer]: { code: '0x5b5f56' } }
  const refused = await methods.refusal('eth_estimateGas', { to: newcomer }, 'latest', endless)
  expect(refused.message).toMatch(/16777216/)
})

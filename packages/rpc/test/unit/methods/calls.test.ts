import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, testWallet, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { callMethods } from '../../../src/methods/eth/calls.ts'
import { REVERTER_INIT_CODE } from '../../support/contracts.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const alice = bytesToHex(ALICE.address)
const bob = bytesToHex(BOB.address)
const logger = bytesToHex(LOGGER_WALLET.address)
/** Returns the word that it is called with. */
const ECHO = '0x60003560005260206000f3'
/** Reverts with nothing. */
const REVERTER = '0x60006000fd'
const WORD = `0x${'07'.repeat(32)}`

let methods: OpenMethods

beforeAll(async () => {
  methods = await openMethods(callMethods)
})

afterAll(() => methods.close())

it('answers what a contract returns, of which nothing is kept', async () => {
  const overrides = { [bob]: { code: ECHO } }
  expect(await methods.call('eth_call', { to: bob, data: WORD }, 'latest', overrides)).toBe(WORD)
  expect(await methods.call('eth_call', { to: bob, data: WORD })).toBe('0x')
})

it('takes data by both of its names, if they say the same', async () => {
  const overrides = { [bob]: { code: ECHO } }
  expect(await methods.call('eth_call', { to: bob, input: WORD, data: WORD }, 'latest', overrides)).toBe(WORD)
  expect(await methods.refusal('eth_call', { to: bob, input: WORD, data: '0x' })).toMatchObject({ code: -32_602 })
})

it('says that a call was undone, and with what', async () => {
  const overrides = { [bob]: { code: REVERTER } }
  expect(await methods.refusal('eth_call', { to: bob }, 'latest', overrides)).toMatchObject({ code: 3 })
  expect(await methods.refusal('eth_call', { data: `0x${'fe'}` })).toMatchObject({ code: -32_000 })
  expect(await methods.call('eth_call', { data: REVERTER_INIT_CODE })).toMatch(/08c379a0/)
})

it('estimates gas, and says why it cannot', async () => {
  expect(await methods.call('eth_estimateGas', { from: alice, to: bob, value: '0x1' })).toBe('0x5208')
  const poor = bytesToHex(testWallet('nobody').address)
  expect((await methods.refusal('eth_estimateGas', { from: poor, to: bob, value: '0x1' })).message).toMatch(
    /insufficient funds/,
  )
  const overrides = { [bob]: { code: REVERTER } }
  expect(await methods.refusal('eth_estimateGas', { to: bob }, 'latest', overrides)).toMatchObject({ code: 3 })
})

it('lists what a transaction touches', async () => {
  expect(await methods.call('eth_createAccessList', { from: alice, to: logger, data: WORD })).toMatchObject({
    accessList: [{ address: logger, storageKeys: [`0x${'0'.repeat(64)}`] }],
  })
})

it('overrides slots, and says that it does not override a whole storage', async () => {
  const slot = `0x${'0'.repeat(64)}`
  /** Returns slot 0. */
  const code = '0x60005460005260206000f3'
  const overrides = { [bob]: { code, stateDiff: { [slot]: WORD } } }
  expect(await methods.call('eth_call', { to: bob }, 'latest', overrides)).toBe(WORD)
  expect(await methods.refusal('eth_call', { to: bob }, 'latest', { [bob]: { state: {} } })).toMatchObject({
    code: -32_004,
  })
})

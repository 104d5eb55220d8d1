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

it('estimates as if the block had the gas limit that it is said to have', async () => {
  const { gasLimit } = methods.chain.head()
  const wanted = gasLimit + 1_000_000n
  // Fails unless it begins with more than that: PUSH4; GAS; GT; PUSH1 11; JUMPI; INVALID; JUMPDEST; STOP.
  const greedy = { [bob]: { code: `0x63${wanted.toString(16).padStart(8, '0')}5a11600b57fe5b00` } }
  const block = { gasLimit: `0x${(gasLimit + 2_000_000n).toString(16)}` }
  const found = BigInt(String(await methods.call('eth_estimateGas', { to: bob }, 'latest', greedy, block)))
  expect(found > wanted).toBe(true)
  expect(await methods.refusal('eth_estimateGas', { to: bob }, 'latest', greedy)).toMatchObject({ code: -32_000 })
})

it('lists what a transaction touches', async () => {
  expect(await methods.call('eth_createAccessList', { from: alice, to: logger, data: WORD })).toMatchObject({
    accessList: [{ address: logger, storageKeys: [`0x${'0'.repeat(64)}`] }],
  })
})

/** Returns slot 0. */
const FIRST_SLOT = '0x60005460005260206000f3'
const ZERO = `0x${'0'.repeat(64)}`

it('overrides slots, some or all', async () => {
  const code = FIRST_SLOT
  const read = (override: object): Promise<unknown> =>
    methods.call('eth_call', { to: bob }, 'latest', { [bob]: { code, ...override } })
  expect(await read({ stateDiff: { [ZERO]: WORD } })).toBe(WORD)
  expect(await read({ state: { [ZERO]: WORD } })).toBe(WORD)
  await methods.send(ALICE, { nonce: 0n, to: LOGGER_WALLET.address, gasLimit: 100_000n })
  await methods.mine()
  const counted = async (override: object): Promise<unknown> =>
    methods.call('eth_call', { to: logger }, 'latest', { [logger]: { code, ...override } })
  expect(await counted({ stateDiff: {} })).toBe(`0x${'1'.padStart(64, '0')}`)
  expect(await counted({ state: {} })).toBe(ZERO)
  const both = { [bob]: { state: {}, stateDiff: {} } }
  expect(await methods.refusal('eth_call', { to: bob }, 'latest', both)).toMatchObject({ code: -32_602 })
  const replaced = { [`0x${'1'.padStart(40, '0')}`]: { code } }
  expect(await methods.refusal('eth_call', { to: bob }, 'latest', replaced)).toMatchObject({ code: -32_004 })
  const moved = { [bob]: { movePrecompileToAddress: alice } }
  expect(await methods.refusal('eth_call', { to: bob }, 'latest', moved)).toMatchObject({ code: -32_004 })
})

it.each([
  ['number', '43', { number: '0x99' }, 0x99n],
  ['time', '42', { time: '0x98' }, 0x98n],
  ['gas limit', '45', { gasLimit: '0x1000000' }, 0x1000000n],
  ['beneficiary', '41', { feeRecipient: `0x${'11'.repeat(20)}` }, BigInt(`0x${'11'.repeat(20)}`)],
  ['random value', '44', { prevRandao: '0x5' }, 5n],
  ['base fee', '48', { baseFeePerGas: '0x7' }, 7n],
  ['hash of a block beyond the head', '609840', { number: '0x99' }, 0n],
])('lets a client say the %s of the block', async (_, instruction, block, expected) => {
  const override = { [bob]: { code: `0x${instruction}60005260206000f3` } }
  expect(BigInt(String(await methods.call('eth_call', { to: bob }, 'latest', override, block)))).toBe(expected)
})

it('takes overrides where gas and access lists are asked for', async () => {
  const overrides = { [bob]: { code: FIRST_SLOT } }
  const given = [{ to: bob }, 'latest', overrides, { number: '0x99' }]
  expect(await methods.call('eth_createAccessList', ...given)).toMatchObject({
    accessList: [{ address: bob, storageKeys: [ZERO] }],
  })
  expect(BigInt(String(await methods.call('eth_estimateGas', ...given)))).toBeGreaterThan(23_000n)
  const tooLarge = { time: `0x1${'0'.repeat(16)}` }
  expect(await methods.refusal('eth_call', { to: bob }, 'latest', {}, tooLarge)).toMatchObject({ code: -32_602 })
})

import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, testWallet, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accountMethods } from '../../../src/methods/eth/accounts.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE] = WALLETS as [Wallet]
const alice = bytesToHex(ALICE.address)
const nobody = bytesToHex(testWallet('nobody').address)
const logger = bytesToHex(LOGGER_WALLET.address)

let methods: OpenMethods

beforeAll(async () => {
  methods = await openMethods(accountMethods)
  const data = new Uint8Array(32).fill(1)
  await methods.send(ALICE, { nonce: 0n, to: LOGGER_WALLET.address, data, gasLimit: 100_000n })
  await methods.mine()
  await methods.send(ALICE, { nonce: 1n, to: LOGGER_WALLET.address })
})

afterAll(() => methods.close())

it('tells balances after any block', async () => {
  const before = BigInt(String(await methods.call('eth_getBalance', alice, 'earliest')))
  expect(BigInt(String(await methods.call('eth_getBalance', alice)))).toBeLessThan(before)
  expect(await methods.call('eth_getBalance', nobody, '0x1')).toBe('0x0')
})

it('counts what waits where it is asked for what is pending', async () => {
  expect(await methods.call('eth_getTransactionCount', alice, 'earliest')).toBe('0x0')
  expect(await methods.call('eth_getTransactionCount', alice)).toBe('0x1')
  expect(await methods.call('eth_getTransactionCount', alice, 'pending')).toBe('0x2')
})

it('gives code and slots of contracts, and none of what is no contract', async () => {
  expect(await methods.call('eth_getCode', logger)).toMatch(/^0x60/)
  expect(await methods.call('eth_getCode', nobody)).toBe('0x')
  const slot = (value: number): string => `0x${value.toString(16).padStart(64, '0')}`
  expect(await methods.call('eth_getStorageAt', logger, '0x0')).toBe(slot(1))
  expect(await methods.call('eth_getStorageAt', logger, '0x0', 'earliest')).toBe(slot(0))
})

it.each([
  ['no address', ['0x12']],
  ['no account at all', []],
  ['one argument too many', [alice, 'latest', true]],
])('refuses %s', async (_, given) => {
  expect(await methods.refusal('eth_getBalance', ...given)).toMatchObject({ code: -32_602 })
})

it('gives slots of several contracts under the names that the client gave them', async () => {
  const word = (value: number): string => `0x${value.toString(16).padStart(64, '0')}`
  const shouted = `0x${logger.slice(2).toUpperCase()}`
  expect(await methods.call('eth_getStorageValues', { [shouted]: ['0x0', word(1)], [nobody]: [word(0)] })).toEqual({
    [shouted]: [word(1), word(0)],
    [nobody]: [word(0)],
  })
  expect(await methods.call('eth_getStorageValues', { [logger]: ['0x0'] }, 'earliest')).toEqual({ [logger]: [word(0)] })
})

it.each([
  ['nothing', {}],
  ['no address', { '0x1': ['0x0'] }],
  ['more slots than it may be', { [logger]: Array(1000).fill('0x0'), [nobody]: Array(25).fill('0x0') }],
])('refuses a question about %s', async (_, requests) => {
  expect(await methods.refusal('eth_getStorageValues', requests)).toMatchObject({ code: -32_602 })
})

import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newsMethods } from '../../../src/methods/eth/filters.ts'
import { logMethods } from '../../../src/methods/eth/logs.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const logger = bytesToHex(LOGGER_WALLET.address)
const word = (byte: number): string => `0x${byte.toString(16).padStart(2, '0').repeat(32)}`

let methods: OpenMethods
let nonce = 0n

/** Has the contract log a word, in a block of its own. */
async function log(byte: number): Promise<string> {
  const data = new Uint8Array(32).fill(byte)
  const hash = await methods.send(ALICE, { nonce: nonce++, to: LOGGER_WALLET.address, data, gasLimit: 100_000n })
  await methods.mine()
  return hash
}

beforeAll(async () => {
  methods = await openMethods((context) => [...logMethods(context), ...newsMethods(context)])
  await log(1)
  await log(2)
})

afterAll(() => methods.close())

it('finds logs by range, address and topic', async () => {
  const all = { fromBlock: 'earliest' }
  expect(await methods.call('eth_getLogs', all)).toHaveLength(2)
  expect(await methods.call('eth_getLogs', {})).toMatchObject([{ topics: [word(2)], blockNumber: '0x2' }])
  expect(await methods.call('eth_getLogs', { ...all, topics: [word(1)] })).toMatchObject([{ blockNumber: '0x1' }])
  expect(await methods.call('eth_getLogs', { ...all, topics: [[word(1), word(2)]] })).toHaveLength(2)
  expect(await methods.call('eth_getLogs', { ...all, topics: [null] })).toHaveLength(2)
  expect(await methods.call('eth_getLogs', { ...all, topics: [null, null] })).toEqual([])
  expect(await methods.call('eth_getLogs', { ...all, address: [logger] })).toHaveLength(2)
  expect(await methods.call('eth_getLogs', { ...all, address: bytesToHex(BOB.address) })).toEqual([])
})

it.each([
  ['a range that ends before it begins', { fromBlock: '0x2', toBlock: '0x1' }, -32_602],
  ['a range beyond the head', { fromBlock: '0x1', toBlock: '0x99' }, -32_602],
  ['a hash with a range', { blockHash: word(9), fromBlock: '0x1' }, -32_602],
  ['an unknown block', { blockHash: word(9) }, -32_000],
  ['five topics', { topics: [null, null, null, null, null] }, -32_602],
])('refuses %s', async (_, question, code) => {
  expect(await methods.refusal('eth_getLogs', question)).toMatchObject({ code })
})

it('remembers what came since the last time for filters of each kind', async () => {
  const { call, refusal } = methods
  const blocks = await call('eth_newBlockFilter')
  const logs = await call('eth_newFilter', { topics: [word(3)] })
  const waiting = await call('eth_newPendingTransactionFilter')
  const hash = await log(3)
  await log(4)
  expect(await call('eth_getFilterChanges', blocks)).toHaveLength(2)
  expect(await call('eth_getFilterChanges', blocks)).toEqual([])
  expect(await call('eth_getFilterChanges', logs)).toMatchObject([{ transactionHash: hash }])
  expect(await call('eth_getFilterChanges', waiting)).toContain(hash)
  expect(await call('eth_getFilterLogs', logs)).toEqual([])
  expect(await refusal('eth_getFilterLogs', blocks)).toMatchObject({ message: 'not a filter of logs' })
  expect(await call('eth_uninstallFilter', blocks)).toBe(true)
  expect(await call('eth_uninstallFilter', blocks)).toBe(false)
  expect(await refusal('eth_getFilterChanges', blocks)).toMatchObject({ message: 'filter not found' })
})

it('subscribes only clients that can be told', async () => {
  expect(await methods.refusal('eth_subscribe', 'newHeads')).toMatchObject({ code: -32_004 })
  expect(await methods.refusal('eth_subscribe', 'everything')).toMatchObject({ code: -32_602 })
  expect(await methods.call('eth_unsubscribe', '0x0')).toBe(false)
})

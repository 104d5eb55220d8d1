import { bytesToHex } from '@poai/core'
import { WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { blockMethods } from '../../../src/methods/eth/blocks.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const UNKNOWN = `0x${'ab'.repeat(32)}`

let methods: OpenMethods
let sent: string
let hash: string

beforeAll(async () => {
  methods = await openMethods(blockMethods)
  sent = await methods.send(ALICE, { nonce: 0n, to: BOB.address, value: 1n })
  await methods.mine(2)
  hash = ((await methods.call('eth_getBlockByNumber', '0x1')) as { readonly hash: string }).hash
})

afterAll(() => methods.close())

it('finds blocks by number, tag and hash', async () => {
  expect(await methods.call('eth_blockNumber')).toBe('0x2')
  for (const [tag, number] of [
    ['earliest', '0x0'],
    ['0x1', '0x1'],
    ['latest', '0x2'],
    ['pending', '0x2'],
    ['finalized', '0x0'],
  ] as const) {
    expect(await methods.call('eth_getBlockByNumber', tag), tag).toMatchObject({ number })
  }
  expect(await methods.call('eth_getBlockByHash', hash)).toMatchObject({ number: '0x1' })
})

it('gives hashes of transactions, or all of them', async () => {
  expect(await methods.call('eth_getBlockByNumber', '0x1', false)).toMatchObject({ transactions: [sent] })
  expect(await methods.call('eth_getBlockByNumber', '0x1', true)).toMatchObject({
    transactions: [{ hash: sent, from: bytesToHex(ALICE.address), blockHash: hash, transactionIndex: '0x0' }],
  })
})

it('gives headers in the shape of their blocks, and none of a pending block', async () => {
  const { transactions, uncles, size, totalDifficulty, ...header } = (await methods.call(
    'eth_getBlockByHash',
    hash,
  )) as Readonly<Record<string, unknown>>
  expect({ transactions, uncles, size, totalDifficulty }).toMatchObject({ uncles: [], size: expect.any(String) })
  expect(await methods.call('eth_getHeaderByHash', hash)).toEqual(header)
  expect(await methods.call('eth_getHeaderByNumber', 1)).toEqual(header)
  expect(await methods.call('eth_getHeaderByNumber', 'pending')).toBeNull()
})

it('counts transactions, and uncles, of which there are none', async () => {
  expect(await methods.call('eth_getBlockTransactionCountByNumber', '0x1')).toBe('0x1')
  expect(await methods.call('eth_getBlockTransactionCountByHash', hash)).toBe('0x1')
  expect(await methods.call('eth_getUncleCountByBlockNumber', '0x1')).toBe('0x0')
  expect(await methods.call('eth_getUncleByBlockHashAndIndex', hash, '0x0')).toBeNull()
})

it('gives the receipts of a block by any name', async () => {
  const receipts = await methods.call('eth_getBlockReceipts', '0x1')
  expect(receipts).toMatchObject([{ transactionHash: sent, status: '0x1', logs: [] }])
  expect(await methods.call('eth_getBlockReceipts', { blockHash: hash })).toEqual(receipts)
  expect(await methods.call('eth_getBlockReceipts', 'earliest')).toEqual([])
})

it.each([
  ['eth_getBlockByNumber', '0x3'],
  ['eth_getBlockByHash', UNKNOWN],
  ['eth_getHeaderByHash', UNKNOWN],
  ['eth_getBlockTransactionCountByHash', UNKNOWN],
  ['eth_getUncleCountByBlockHash', UNKNOWN],
  ['eth_getBlockReceipts', '0x3'],
])('%s of a block that is not there is null', async (name, place) => {
  expect(await methods.call(name, place)).toBeNull()
})

it.each(['newest', '1', '-0x1', 1.5, `0x${'f'.repeat(65)}`, null])('refuses %j for a block', async (place) => {
  expect(await methods.refusal('eth_getBlockByNumber', place)).toMatchObject({ code: -32_602 })
})

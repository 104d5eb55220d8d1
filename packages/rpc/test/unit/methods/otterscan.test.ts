import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { otterscanMethods } from '../../../src/methods/ots/otterscan.ts'
import { LOGGER_INIT_CODE } from '../../support/contracts.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const alice = bytesToHex(ALICE.address)
const logger = bytesToHex(LOGGER_WALLET.address)

let methods: OpenMethods
let creation: string
let called: string
const hashes: string[] = []

beforeAll(async () => {
  methods = await openMethods(otterscanMethods)
  const init = Uint8Array.from(Buffer.from(LOGGER_INIT_CODE.slice(2), 'hex'))
  creation = await methods.send(ALICE, { nonce: 0n, to: undefined, data: init, gasLimit: 200_000n })
  await methods.mine()
  for (let nonce = 1n; nonce <= 3n; nonce++) {
    hashes.push(await methods.send(ALICE, { nonce, to: BOB.address, value: nonce }))
    await methods.mine()
  }
  const word = new Uint8Array(32).fill(1)
  called = await methods.send(BOB, { nonce: 0n, to: LOGGER_WALLET.address, data: word, gasLimit: 100_000n })
  await methods.mine()
})

afterAll(() => methods.close())

it('says its level, and which accounts are contracts', async () => {
  expect(await methods.call('ots_getApiLevel')).toBe(8)
  expect(await methods.call('ots_hasCode', logger)).toBe(true)
  expect(await methods.call('ots_hasCode', alice)).toBe(false)
})

it('shows what a miner got for a block', async () => {
  const details = (await methods.call('ots_getBlockDetails', 2)) as { readonly block: { readonly hash: string } }
  expect(details).toMatchObject({
    block: { number: '0x2', transactionCount: 1, transactions: [] },
    totalFees: expect.stringMatching(/^0x[1-9a-f]/),
  })
  expect(await methods.call('ots_getBlockDetailsByHash', details.block.hash)).toEqual(details)
  expect(await methods.call('ots_getBlockDetails', 0)).toMatchObject({ issuance: { blockReward: '0x0' } })
  expect(await methods.call('ots_getBlockDetails', 9)).toBeNull()
})

it('shows pages of a block’s transactions', async () => {
  expect(await methods.call('ots_getBlockTransactions', 2, 0, 10)).toMatchObject({
    fullblock: { transactionCount: 1, transactions: [{ hash: hashes[0] }] },
    receipts: [{ transactionHash: hashes[0], logs: null }],
  })
  expect(await methods.call('ots_getBlockTransactions', 2, 1, 10)).toMatchObject({ receipts: [] })
})

it('finds transactions of an account, the newest first', async () => {
  const before = await methods.call('ots_searchTransactionsBefore', alice, 0, 2)
  expect(before).toMatchObject({ txs: [{ hash: hashes[2] }, { hash: hashes[1] }], firstPage: true, lastPage: false })
  const after = await methods.call('ots_searchTransactionsAfter', alice, 0, 2)
  expect(after).toMatchObject({ txs: [{ hash: hashes[0] }, { hash: creation }], firstPage: false, lastPage: true })
})

it('shows the logs of what it finds, but not those of a block’s page', async () => {
  const found = await methods.call('ots_searchTransactionsBefore', logger, 0, 25)
  const place = { address: logger, blockNumber: '0x5', transactionHash: called, transactionIndex: '0x0' }
  expect(found).toMatchObject({
    receipts: [{ logs: [{ ...place, logIndex: '0x0' }], logsBloom: expect.stringMatching(/[1-9a-f]/) }],
  })
  expect(await methods.call('ots_getBlockTransactions', 5, 0, 10)).toMatchObject({
    receipts: [{ logs: null, logsBloom: null }],
  })
})

it('finds who made a contract, and what was signed with a nonce', async () => {
  const [{ to } = { to: '' }] = (await methods.call('ots_traceTransaction', creation)) as { readonly to: string }[]
  expect(await methods.call('ots_getContractCreator', to)).toEqual({ hash: creation, creator: alice })
  expect(await methods.call('ots_getTransactionBySenderAndNonce', alice, 3)).toBe(hashes[2])
  expect(await methods.call('ots_getTransactionBySenderAndNonce', alice, 4)).toBeNull()
})

it('shows the inside of a transaction', async () => {
  expect(await methods.call('ots_traceTransaction', hashes[0])).toMatchObject([
    { type: 'CALL', depth: 0, value: '0x1' },
  ])
  expect(await methods.call('ots_getInternalOperations', creation)).toEqual([])
  expect(await methods.call('ots_getTransactionError', hashes[0])).toBe('0x')
  expect(await methods.refusal('ots_traceTransaction', `0x${'ab'.repeat(32)}`)).toMatchObject({ code: -32_000 })
})

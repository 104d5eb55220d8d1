import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, signTransaction, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { transactionMethods } from '../../../src/methods/eth/transactions.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const UNKNOWN = `0x${'ab'.repeat(32)}`

let methods: OpenMethods
let mined: string
let waiting: string

beforeAll(async () => {
  methods = await openMethods(transactionMethods)
  const data = new Uint8Array(32).fill(1)
  mined = await methods.send(ALICE, { nonce: 0n, to: LOGGER_WALLET.address, data, gasLimit: 100_000n })
  await methods.mine()
  waiting = await methods.send(ALICE, { nonce: 1n, to: BOB.address })
})

afterAll(() => methods.close())

it('shows a transaction that is mined, and one that waits', async () => {
  const place = { blockNumber: '0x1', transactionIndex: '0x0' }
  expect(await methods.call('eth_getTransactionByHash', mined)).toMatchObject({ hash: mined, nonce: '0x0', ...place })
  expect(await methods.call('eth_getTransactionByBlockNumberAndIndex', '0x1', '0x0')).toMatchObject({ hash: mined })
  expect(await methods.call('eth_getTransactionByHash', waiting)).toMatchObject({ blockHash: null, nonce: '0x1' })
})

it('shows what a transaction did once it is mined', async () => {
  expect(await methods.call('eth_getTransactionReceipt', mined)).toMatchObject({
    ...{ transactionHash: mined, status: '0x1', from: bytesToHex(ALICE.address), contractAddress: null },
    logs: [{ logIndex: '0x0', transactionHash: mined, removed: false }],
  })
  expect(await methods.call('eth_getTransactionReceipt', waiting)).toBeNull()
})

it('takes a signed transaction, and says why it does not', async () => {
  const { params, call, refusal } = methods
  const signed = signTransaction(params.chainId, BOB, { nonce: 0n, to: ALICE.address })
  const bytes = bytesToHex(signed.bytes)
  expect(await call('eth_sendRawTransaction', bytes)).toBe(bytesToHex(signed.hash))
  expect(await call('eth_getRawTransactionByHash', bytesToHex(signed.hash))).toBe(bytes)
  expect((await refusal('eth_sendRawTransaction', bytes)).message).toMatch(/already known/)
  const old = signTransaction(params.chainId, ALICE, { nonce: 0n, to: BOB.address })
  expect((await refusal('eth_sendRawTransaction', bytesToHex(old.bytes))).message).toMatch(/nonce too low/)
  expect(await refusal('eth_sendRawTransaction', '0x02')).toMatchObject({ code: -32_000 })
})

it.each([
  ['eth_getTransactionByHash', [UNKNOWN]],
  ['eth_getTransactionReceipt', [UNKNOWN]],
  ['eth_getRawTransactionByHash', [UNKNOWN]],
  ['eth_getTransactionByBlockHashAndIndex', [UNKNOWN, '0x0']],
  ['eth_getTransactionByBlockNumberAndIndex', ['0x1', '0x1']],
])('%s of what is not there is null', async (name, given) => {
  expect(await methods.call(name, ...given)).toBeNull()
})

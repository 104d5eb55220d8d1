import { addressToChecksumHex, bytesToHex } from '@poai/core'
import { WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { txpoolMethods } from '../../../src/methods/txpool.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB, CAROL] = WALLETS as [Wallet, Wallet, Wallet]

let methods: OpenMethods
let next: string
let later: string

beforeAll(async () => {
  methods = await openMethods(txpoolMethods)
  next = await methods.send(ALICE, { nonce: 0n, to: BOB.address, value: 5n })
  later = await methods.send(ALICE, { nonce: 2n, to: BOB.address })
  await methods.send(BOB, { nonce: 0n, to: undefined, data: Uint8Array.of(0), gasLimit: 60_000n })
})

afterAll(() => methods.close())

it('counts what waits, and what waits for others', async () => {
  expect(await methods.call('txpool_status')).toEqual({ pending: '0x2', queued: '0x1' })
})

it('shows what waits by sender and nonce', async () => {
  const alice = addressToChecksumHex(ALICE.address)
  expect(await methods.call('txpool_content')).toMatchObject({
    pending: { [alice]: { 0: { hash: next } }, [addressToChecksumHex(BOB.address)]: { 0: { to: null } } },
    queued: { [alice]: { 2: { hash: later } } },
  })
  expect(await methods.call('txpool_contentFrom', bytesToHex(ALICE.address))).toMatchObject({
    pending: { 0: { hash: next } },
    queued: { 2: { hash: later } },
  })
  expect(await methods.call('txpool_contentFrom', bytesToHex(CAROL.address))).toEqual({ pending: {}, queued: {} })
})

it('shows a line for each', async () => {
  expect(await methods.call('txpool_inspect')).toMatchObject({
    pending: {
      [addressToChecksumHex(ALICE.address)]: {
        0: `${bytesToHex(BOB.address)}: 5 wei + 21000 gas × 10000000000 wei`,
      },
      [addressToChecksumHex(BOB.address)]: { 0: 'contract creation: 0 wei + 60000 gas × 10000000000 wei' },
    },
  })
})

import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, testWallet, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { proofMethods } from '../../../src/methods/eth/proofs.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE] = WALLETS as [Wallet]
const logger = bytesToHex(LOGGER_WALLET.address)
const SLOT = `0x${'0'.repeat(64)}`

let methods: OpenMethods

beforeAll(async () => {
  methods = await openMethods(proofMethods)
  const data = new Uint8Array(32).fill(1)
  await methods.send(ALICE, { nonce: 0n, to: LOGGER_WALLET.address, data, gasLimit: 100_000n })
  await methods.mine()
})

afterAll(() => methods.close())

it('proves an account and its slots, and that there is none', async () => {
  expect(await methods.call('eth_getProof', logger, ['0x0'])).toMatchObject({
    address: logger,
    storageProof: [{ key: SLOT, value: '0x1', proof: [expect.any(String)] }],
  })
  const nobody = bytesToHex(testWallet('nobody').address)
  expect(await methods.call('eth_getProof', nobody, [])).toMatchObject({ balance: '0x0', storageProof: [] })
})

it('has proofs of the newest state only', async () => {
  expect(await methods.call('eth_getProof', logger, [], '0x1')).toMatchObject({ address: logger })
  expect(await methods.refusal('eth_getProof', logger, [], '0x0')).toMatchObject({ code: 4444 })
})

it('says so where the node keeps no tries', async () => {
  const { trieNodes: _, ...context } = methods.context
  const without = await openMethods(() => proofMethods(context))
  expect(await without.refusal('eth_getProof', logger, [])).toMatchObject({ code: -32_004 })
  await without.close()
})

import { bytesToHex, hexToBytes, keccak256 } from '@poai/core'
import { WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rawMethods } from '../../../src/methods/debug/raw.ts'
import { blockMethods } from '../../../src/methods/eth/blocks.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]

let methods: OpenMethods
let sent: string

beforeAll(async () => {
  methods = await openMethods((context) => [...rawMethods(context), ...blockMethods(context)])
  sent = await methods.send(ALICE, { nonce: 0n, to: BOB.address })
  await methods.mine()
})

afterAll(() => methods.close())

function keccakOf(bytes: unknown): string {
  return bytesToHex(keccak256(hexToBytes(String(bytes)) ?? new Uint8Array(0)))
}

it('gives the bytes that hashes are made of', async () => {
  const { hash } = (await methods.call('eth_getBlockByNumber', '0x1')) as { readonly hash: string }
  expect(keccakOf(await methods.call('poai_getRawHeader', '0x1'))).toBe(hash)
  expect(await methods.call('debug_getRawHeader', hash)).toBe(await methods.call('poai_getRawHeader', '0x1'))
  expect(keccakOf(await methods.call('debug_getRawTransaction', sent))).toBe(sent)
})

it('gives blocks and receipts that decode to what they are of', async () => {
  const { codecs, chain } = methods
  const bytes = hexToBytes(String(await methods.call('debug_getRawBlock', '0x1'))) ?? new Uint8Array(0)
  expect(codecs.block.decode(bytes)).toEqual(await chain.queries.block(1n))
  expect(await methods.call('debug_getRawReceipts', '0x1')).toHaveLength(1)
})

it('gives null, or no bytes as geth does, for what is not there', async () => {
  for (const name of ['poai_getRawHeader', 'debug_getRawBlock', 'debug_getRawReceipts']) {
    expect(await methods.call(name, '0x2'), name).toBeNull()
  }
  expect(await methods.call('debug_getRawTransaction', `0x${'ab'.repeat(32)}`)).toBe('0x')
  expect(await methods.refusal('debug_getRawBlockAccessList', '0x1')).toMatchObject({ code: -32_001 })
})

import { WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RPC_DEFAULTS } from '../../../src/index.ts'
import { feeMethods } from '../../../src/methods/eth/fees.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const TIP = 3_000_000_000n

let methods: OpenMethods

beforeAll(async () => {
  methods = await openMethods(feeMethods, { limits: { ...RPC_DEFAULTS, maxFeeHistoryBlocks: 3 } })
  await methods.mine(2)
  await methods.send(ALICE, { nonce: 0n, to: BOB.address, maxPriorityFeePerGas: TIP })
  await methods.mine()
})

afterAll(() => methods.close())

it('suggests what others paid, above the next base fee', async () => {
  const [tip, price, base] = await Promise.all(
    ['eth_maxPriorityFeePerGas', 'eth_gasPrice', 'eth_baseFee'].map(async (name) =>
      BigInt(String(await methods.call(name))),
    ),
  )
  expect(tip).toBe(TIP)
  expect(price).toBe(TIP + (base ?? 0n))
})

it('suggests a round tip where nobody paid any', async () => {
  const quiet = await openMethods(feeMethods)
  expect(await quiet.call('eth_maxPriorityFeePerGas')).toBe('0x3b9aca00')
  await quiet.close()
})

it('tells base fees of blocks and of the next one, how full they were, and tips', async () => {
  const history = await methods.call('eth_feeHistory', '0x2', 'latest', [50])
  expect(history).toMatchObject({
    oldestBlock: '0x2',
    gasUsedRatio: [0, 21_000 / 30_000_000],
    reward: [['0x0'], [`0x${TIP.toString(16)}`]],
  })
  expect((history as { readonly baseFeePerGas: unknown }).baseFeePerGas).toHaveLength(3)
})

it('looks at no more blocks than it may, and at none before the first', async () => {
  expect(await methods.call('eth_feeHistory', '0x3', 'latest')).toMatchObject({ oldestBlock: '0x1' })
  expect(await methods.call('eth_feeHistory', '0x4', 'latest')).toMatchObject({ oldestBlock: '0x1' })
  expect(await methods.call('eth_feeHistory', '0x3', '0x1')).toMatchObject({ oldestBlock: '0x0' })
  expect(await methods.call('eth_feeHistory', '0x0', 'latest')).toMatchObject({ gasUsedRatio: [] })
})

it.each([
  ['a block beyond the head', ['0x1', '0x4'], -32_000],
  ['percentiles that do not rise', ['0x1', 'latest', [50, 50]], -32_602],
  ['a percentile above 100', ['0x1', 'latest', [100.1]], -32_602],
])('refuses %s', async (_, given, code) => {
  expect(await methods.refusal('eth_feeHistory', ...given)).toMatchObject({ code })
})

it('names the price of blobs that code is told of', async () => {
  expect(await methods.call('eth_blobBaseFee')).toBe('0x1')
})

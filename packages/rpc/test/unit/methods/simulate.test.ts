import type { SimulatedBlockJson } from '@poai/api/client'
import { bytesToHex, type Hex, headerHash } from '@poai/core'
import { OWNERS_CALL } from '@poai/testing/call-method'
import { LOGGER_WALLET, testWallet, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { simulateMethod } from '../../../src/methods/eth/simulate.ts'
import { REVERTER_INIT_CODE } from '../../support/contracts.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE, BOB] = WALLETS as [Wallet, Wallet]
const alice = bytesToHex(ALICE.address)
const bob = bytesToHex(BOB.address)
const logger = bytesToHex(LOGGER_WALLET.address)
const nobody = bytesToHex(testWallet('nobody').address)
const COINS = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee'
const WORD = `0x${'07'.repeat(32)}`
const word = (value: bigint | string): string => `0x${BigInt(value).toString(16).padStart(64, '0')}`

let methods: OpenMethods

beforeAll(async () => {
  methods = await openMethods((context) => [simulateMethod(context)])
  await methods.mine()
})

afterAll(() => methods.close())

/** Code that returns what an instruction, or some of them, puts on the stack. */
const returning = (instructions: string): Hex => `0x${instructions}60005260206000f3`

async function simulate(
  blockStateCalls: readonly object[],
  options: object = {},
  place = 'latest',
): Promise<readonly SimulatedBlockJson[]> {
  const answer = await methods.call('eth_simulateV1', { blockStateCalls, ...options }, place)
  return answer as readonly SimulatedBlockJson[]
}

const refusal = (blockStateCalls: readonly object[], options: object = {}): ReturnType<OpenMethods['refusal']> =>
  methods.refusal('eth_simulateV1', { blockStateCalls, ...options })

it('runs messages that build on each other, over blocks that follow the head', async () => {
  const pay = { from: nobody, to: bob, value: '0x5' }
  const [first, second] = await simulate([
    { stateOverrides: { [nobody]: { balance: '0xa' } }, calls: [pay, { from: alice, to: logger, data: WORD }] },
    { calls: [pay] },
  ])
  const head = methods.chain.head()
  expect(first).toMatchObject({ number: '0x2', parentHash: bytesToHex(head.hash), baseFeePerGas: '0x0' })
  expect(first?.calls).toMatchObject([
    { status: '0x1', gasUsed: '0x5208', logs: [] },
    { status: '0x1', logs: [{ address: logger, data: WORD, blockHash: first?.hash, transactionIndex: '0x1' }] },
  ])
  expect(second).toMatchObject({ number: '0x3', parentHash: first?.hash, calls: [{ status: '0x1' }] })
  const spacing = methods.params.difficulty.spacingSeconds
  expect(Number(second?.timestamp) - Number(first?.timestamp)).toBe(spacing)
  expect(await refusal([{ calls: [pay] }])).toMatchObject({ code: -38_014 })
  expect(methods.chain.head()).toBe(head)
})

it('shows transactions whole, as unsigned ones', async () => {
  const calls = [{ from: alice, to: bob, gas: '0x7530' }]
  const [block] = await simulate([{ calls }, { calls }], { returnFullTransactions: true })
  expect(block?.transactions).toMatchObject([{ from: alice, to: bob, gas: '0x7530', r: '0x0', blockHash: block?.hash }])
  const [, again] = await simulate([{ calls }, { calls }], { returnFullTransactions: true })
  expect(again?.transactions).toMatchObject([{ nonce: '0x1' }])
})

it('tells what went wrong in a call, and goes on', async () => {
  const [block] = await simulate([
    {
      stateOverrides: { [bob]: { code: `0x${REVERTER_INIT_CODE.slice(24)}` } },
      calls: [{ to: bob }, { data: '0xfe', gas: '0xffff' }, { to: alice }],
    },
  ])
  expect(block?.calls).toMatchObject([
    { status: '0x0', error: { code: 3, message: 'execution reverted: no' } },
    { status: '0x0', error: { code: -32_015, message: 'vm execution error: invalid opcode' } },
    { status: '0x1' },
  ])
  expect(block?.calls[0]?.error?.data).toBe(block?.calls[0]?.returnData)
})

it('shows movements of coins as logs of a token, where nothing was undone', async () => {
  // CALL(gas, bob, 3) in the place of alice.
  const forward: Hex = `0x6000600060006000600373${bob.slice(2)}5af1`
  const overrides = { [nobody]: { balance: '0x64' }, [alice]: { code: forward } }
  const calls = [{ from: nobody, to: alice, value: '0x9' }]
  const [block] = await simulate([{ stateOverrides: overrides, calls }], { traceTransfers: true })
  const topics = (from: string, to: string): readonly unknown[] => [expect.anything(), word(from), word(to)]
  expect(block?.calls[0]?.logs).toMatchObject([
    { address: COINS, topics: topics(nobody, alice), data: word(9n), logIndex: '0x0' },
    { address: COINS, topics: topics(alice, bob), data: word(3n), logIndex: '0x1' },
  ])
  expect(BigInt(block?.logsBloom ?? 1)).toBe(0n)
  const undone = { ...overrides, [alice]: { code: `${forward}60006000fd` } }
  const [other] = await simulate([{ stateOverrides: undone, calls }], { traceTransfers: true })
  expect(other?.calls).toMatchObject([{ status: '0x0', logs: [] }])
})

it('lets the client say what blocks are like, and knows their hashes', async () => {
  const code = returning
  const overrides = { [bob]: { code: code('43') }, [alice]: { code: code('600240') } }
  const block = { number: '0x4', time: '0xffffffff', baseFeePerGas: '0x7', feeRecipient: nobody, gasLimit: '0x186a0' }
  const answer = await simulate([
    { blockOverrides: { ...block, prevRandao: '0x5' }, stateOverrides: overrides, calls: [{ to: bob }, { to: alice }] },
  ])
  expect(answer.map(({ number }) => number)).toEqual(['0x2', '0x3', '0x4'])
  const last = answer[2]
  expect(last).toMatchObject({ timestamp: '0xffffffff', baseFeePerGas: '0x7', miner: nobody, mixHash: word(5n) })
  expect(last?.calls.map(({ returnData }) => returnData)).toEqual([word(4n), answer[0]?.hash])
})

it('replaces all of a storage in the midst of a simulation', async () => {
  const calls = [{ from: alice, to: logger, data: WORD }]
  const read = [{ from: alice, to: logger }]
  const code = returning('600054')
  const [, kept, emptied] = await simulate([
    { calls },
    { stateOverrides: { [logger]: { code } }, calls: read },
    { stateOverrides: { [logger]: { state: {} } }, calls: read },
  ])
  expect([kept, emptied].map((block) => block?.calls[0]?.returnData)).toEqual([word(1n), word(0n)])
})

const free = { from: alice, to: bob }

it('calls from an account with the largest nonce that there is', async () => {
  const stateOverrides = { [alice]: { nonce: '0xffffffffffffffff' } }
  const [block] = await simulate([{ stateOverrides, calls: [free, free] }])
  expect(block?.calls).toMatchObject([{ status: '0x1' }, { status: '0x1' }])
})

it.each<[string, readonly object[], object, number]>([
  [
    'a nonce that was used',
    [
      {
        stateOverrides: { [alice]: { nonce: '0x2' } },
        calls: [{ ...free, nonce: '0x1', maxFeePerGas: '0xffffffffff' }],
      },
    ],
    { validation: true },
    -38_010,
  ],
  [
    'a nonce ahead',
    [{ calls: [{ ...free, nonce: '0x9', maxFeePerGas: '0xffffffffff' }] }],
    { validation: true },
    -38_011,
  ],
  ['a fee below the base fee', [{ calls: [free] }], { validation: true }, -38_012],
  ['too little gas to begin', [{ calls: [{ ...free, gas: '0x5207' }] }], {}, -38_013],
  ['more coins than there are', [{ calls: [{ ...free, from: nobody, value: '0x1' }] }], {}, -38_014],
  [
    'more gas than a block has',
    [{ blockOverrides: { gasLimit: '0x5209' }, calls: [{ ...free, gas: '0x520a' }] }],
    {},
    -38_015,
  ],
  ['heights that fall', [{ blockOverrides: { number: '0x1' } }], {}, -38_020],
  [
    'times that stay',
    [{ blockOverrides: { time: '0xffffffff' } }, { blockOverrides: { time: '0xffffffff' } }],
    {},
    -38_021,
  ],
  ['too much code', [{ calls: [{ from: alice, data: `0x${'00'.repeat(49_153)}` }] }], {}, -38_025],
  [
    'a nonce that no account has',
    [{ stateOverrides: { [alice]: { nonce: '0x10000000000000000' } }, calls: [free, free] }],
    {},
    -32_602,
  ],
  ['a nonce that no transaction has', [{ calls: [{ ...free, nonce: '0x10000000000000000' }] }], {}, -32_602],
  ['more blocks than it may be', [{ blockOverrides: { number: '0x102' } }], {}, -38_026],
  ['precompiles that move', [{ stateOverrides: { [alice]: { movePrecompileToAddress: bob } } }], {}, -32_004],
])('refuses %s', async (_, blocks, options, code) => {
  expect(await refusal(blocks, options)).toMatchObject({ code })
})

it('charges and validates as a real block does, if asked to', async () => {
  const fee = 10n ** 11n
  const calls = [{ ...free, maxFeePerGas: `0x${fee.toString(16)}`, maxPriorityFeePerGas: '0x1' }]
  const [block] = await simulate([{ calls }], { validation: true, returnFullTransactions: true })
  expect(BigInt(block?.baseFeePerGas ?? 0)).toBeGreaterThan(0n)
  expect(block?.transactions).toMatchObject([
    { gasPrice: `0x${(BigInt(block?.baseFeePerGas ?? 0) + 1n).toString(16)}` },
  ])
  // 256 blocks after the head, and not one more.
  expect(await simulate([{ blockOverrides: { number: '0x101' } }])).toHaveLength(256)
})

it.each(['0x0', '0x1', '0x2'])('goes on after a block whose gas limit is %s', async (gasLimit) => {
  const blocks = await simulate([{ blockOverrides: { gasLimit, baseFeePerGas: '0x800' } }, {}], { validation: true })
  // From a target of one gas, none of which was used, the fee falls by an eighth.
  expect(blocks[1]?.baseFeePerGas).toBe(gasLimit === '0x2' ? '0x700' : '0x800')
})

it('does not spend more gas than one call may, and gives up when nobody waits', async () => {
  const spend = { stateOverrides: { [bob]: { code: '0x5b600056' } }, calls: [{ to: bob }, { to: bob }, { to: bob }] }
  expect(await refusal([{ ...spend, blockOverrides: { gasLimit: '0xffffffff' } }])).toMatchObject({ code: -38_026 })
  let pauses = 0
  const pause = (): undefined => {
    if (++pauses > 5) throw new Error('nobody waits')
  }
  const method = simulateMethod(methods.context)
  const given = [{ blockStateCalls: [{ calls: Array(9).fill(free) }] }, { kind: 'tag', tag: 'latest' }]
  const values = method.params.map(({ shape, name }, index) => (index === 0 ? shape.parse(given[0], name) : given[1]))
  await expect(Promise.resolve(method.invoke(values, { ...OWNERS_CALL, pause }))).rejects.toThrow('nobody waits')
})

it('writes ten thousand logs of a block, and no more', async () => {
  // LOG0 of nothing, as long as there are 4,096 gas.
  const code = '0x5b5f5fa05a611000105f5700'
  const logging = (gas: number): readonly object[] => [
    { stateOverrides: { [bob]: { code } }, calls: [{ to: bob, gas: `0x${gas.toString(16)}` }] },
  ]
  const [block] = await simulate(logging(2_000_000))
  expect(block?.calls[0]?.logs.length).toBeGreaterThan(4_000)
  expect(await refusal(logging(8_000_000))).toMatchObject({ code: -38_026 })
})

it('begins on any block that is kept', async () => {
  const genesis = methods.chain.queries.header(0n)
  if (genesis === undefined) throw new Error('no genesis block')
  expect(await simulate([{}], {}, 'earliest')).toMatchObject([
    { number: '0x1', parentHash: bytesToHex(headerHash(genesis)) },
  ])
})

import { condemnsBlock } from '@poai/consensus'
import { bytesToHex, RuleError } from '@poai/core'
import {
  type ChainGenerator,
  LOGGER_WALLET,
  signTransaction,
  type TransactionPlan,
  testNetwork,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'
import { beforeAll, describe, expect, it } from 'vitest'
import { nextGasLimit, type StaleReason, sealBlock, type TemplateRequest } from '../../../src/index.ts'
import {
  type ChainFixture,
  importAll,
  openChainFixture,
  startGenerator,
  TEST_TIME_MS,
} from '../../support/chain-fixture.ts'

const [alice, bob, carol] = WALLETS as readonly [Wallet, Wallet, Wallet]
const GWEI = 1_000_000_000n

const request: TemplateRequest = {
  beneficiary: carol.address,
  extraData: new Uint8Array(0),
  nowSeconds: testNetwork.genesis.timestamp + 5n,
  gasLimitGoal: testNetwork.gas.initialLimit,
}

function sign(
  wallet: Wallet,
  plan: Partial<TransactionPlan> & { readonly nonce: bigint },
): ReturnType<typeof signTransaction> {
  return signTransaction(testNetwork.chainId, wallet, { to: bob.address, ...plan })
}

/** Mines the next block as a miner does: template, work, seal, import. */
async function mine(
  generator: ChainGenerator,
  { chain }: ChainFixture,
  changes: Partial<TemplateRequest> = {},
): Promise<void> {
  const template = await chain.templates.build({ ...request, ...changes })
  const { transcriptRoot, lossMicroNats, nonce } = await generator.seal(template.header, chain.head())
  await chain.importBlock(sealBlock(template, { transcriptRoot, lossMicroNats, nonce }))
}

let generator: ChainGenerator

beforeAll(async () => {
  generator = await startGenerator()
})

describe('a block template', () => {
  it('takes the best payers in the order of their nonces, and its block passes the import', async () => {
    const fixture = await openChainFixture()
    const { chain } = fixture
    const transactions = [
      sign(alice, { nonce: 1n, maxPriorityFeePerGas: 5n * GWEI }),
      sign(alice, { nonce: 0n, maxPriorityFeePerGas: 3n * GWEI }),
      sign(bob, { nonce: 0n, maxPriorityFeePerGas: 4n * GWEI, to: LOGGER_WALLET.address, gasLimit: 100_000n }),
      sign(bob, { nonce: 2n }),
    ]
    for (const transaction of transactions) await chain.mempool.add(transaction)
    await mine(generator, fixture)
    const block = await chain.queries.block(1n)
    expect(block?.body.transactions.map(({ hash }) => bytesToHex(hash))).toEqual(
      [2, 1, 0].map((index) => bytesToHex(transactions[index]?.hash ?? new Uint8Array(0))),
    )
    expect(chain.mempool.size).toMatchObject({ pending: 0, queued: 1 })
    await mine(generator, fixture)
    expect(chain.head().number).toBe(2n)
    expect((await fixture.check()).faults).toEqual([])
  })

  it('keeps within the gas limit and leaves the rest in the pool', async () => {
    const fixture = await openChainFixture()
    const { chain } = fixture
    const { gasLimit } = chain.head()
    await chain.mempool.add(sign(alice, { nonce: 0n, gasLimit, maxPriorityFeePerGas: 2n * GWEI }))
    await chain.mempool.add(sign(bob, { nonce: 0n, gasLimit }))
    await mine(generator, fixture)
    // What the first does not use is not enough for what the second may use.
    expect((await chain.queries.block(1n))?.body.transactions).toHaveLength(1)
    expect(chain.mempool.size.pending).toBe(1)
  })

  it('is later than the median of its ancestors even where the miner’s clock is slow', async () => {
    const { chain } = await openChainFixture()
    const template = await chain.templates.build({ ...request, nowSeconds: 0n })
    expect(template.header.timestamp).toBe(testNetwork.genesis.timestamp + 1n)
  })

  it('is built anew when the head moves meanwhile', async () => {
    const fixture = await openChainFixture()
    const [first] = await generator.grow(generator.genesis, 1)
    if (first === undefined) throw new Error('a block was grown')
    let builds = 0
    fixture.costs.onBuild = async () => {
      if (builds++ === 0) await importAll(fixture.chain, [first])
    }
    const template = await fixture.chain.templates.build(request)
    expect(builds).toBe(2)
    expect(template.header.parentHash).toEqual(first.hash)
  })

  it('gives up with the signal', async () => {
    const { chain } = await openChainFixture()
    const signal = AbortSignal.abort(new Error('no miner'))
    await expect(chain.templates.build({ ...request, signal })).rejects.toThrow('no miner')
  })

  it('of another miner does not fit the work', async () => {
    const { chain } = await openChainFixture()
    const template = await chain.templates.build(request)
    const seal = await generator.seal(template.header, chain.head())
    const stolen = { ...template, header: { ...template.header, beneficiary: alice.address } }
    const failure = await chain.importBlock(sealBlock(stolen, seal)).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RuleError)
    expect(failure instanceof RuleError && (condemnsBlock(failure) || failure.code.startsWith('WORK_'))).toBe(true)
  })
})

describe('the gas limit', () => {
  const params = testNetwork
  it.each([
    { parent: 30_000_000n, goal: 30_000_000n, next: 30_000_000n },
    { parent: 30_000_000n, goal: 60_000_000n, next: 30_029_295n },
    { parent: 30_000_000n, goal: 1n, next: 29_970_705n },
    { parent: 30_000_000n, goal: 30_000_010n, next: 30_000_010n },
    { parent: 30_000_000n, goal: 29_999_990n, next: 29_999_990n },
  ])('after $parent on the way to $goal is $next', ({ parent, goal, next }) => {
    expect(nextGasLimit(params, { parentLimit: parent, goal })).toBe(next)
  })
})

describe('staleness', () => {
  it('is told at each new head, and for new transactions once, when they are worth a new template', async () => {
    const fixture = await openChainFixture()
    const { chain, clock } = fixture
    const told: StaleReason[] = []
    chain.templates.onStale((reason) => told.push(reason))
    await chain.mempool.add(sign(alice, { nonce: 0n }))
    expect(told).toEqual([])
    await chain.templates.build(request)
    await chain.mempool.add(sign(alice, { nonce: 1n }))
    await chain.mempool.add(sign(alice, { nonce: 2n }))
    expect(told).toEqual([])
    await clock.advance(999)
    expect(told).toEqual([])
    await clock.advance(1)
    expect(told).toEqual(['mempool'])
    await chain.mempool.add(sign(alice, { nonce: 3n }))
    await clock.advance(5000)
    expect(told).toEqual(['mempool'])
    await mine(generator, fixture)
    expect(told).toEqual(['mempool', 'head'])
    expect(clock.nowMs()).toBe(TEST_TIME_MS + 6000)
  })

  it('is not told for transactions that a newer template has', async () => {
    const { chain, clock } = await openChainFixture()
    const told: StaleReason[] = []
    chain.templates.onStale((reason) => told.push(reason))
    await chain.templates.build(request)
    await chain.mempool.add(sign(alice, { nonce: 0n }))
    await chain.templates.build(request)
    await clock.advance(5000)
    expect(told).toEqual([])
    await chain.mempool.add(sign(alice, { nonce: 1n }))
    await clock.advance(0)
    expect(told).toEqual(['mempool'])
  })
})

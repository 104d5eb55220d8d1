import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effectiveTip, type MempoolLimits, maxCost, type PooledTransaction } from '../../../src/index.ts'
import { nameOf, PoolFixture } from '../../support/pool-fixture.ts'

const LIMITS: Partial<MempoolLimits> = { maxTransactions: 8, maxPerAccount: 4, maxBytes: 1_200, lifetimeMs: 100 }
const ACCOUNTS = 4

type Step =
  | {
      readonly kind: 'add'
      readonly from: number
      readonly nonce: number
      readonly tip: number
      readonly headroom: number
      readonly value: number
      readonly dataBytes: number
    }
  | { readonly kind: 'mine'; readonly count: number; readonly baseFee: number }
  | { readonly kind: 'balance'; readonly account: number; readonly balance: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'restart' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      from: fc.integer({ min: 1, max: ACCOUNTS }),
      nonce: fc.integer({ min: 0, max: 6 }),
      tip: fc.integer({ min: 1, max: 30 }),
      headroom: fc.integer({ min: 0, max: 80 }),
      value: fc.integer({ min: 0, max: 5_000_000 }),
      dataBytes: fc.integer({ min: 0, max: 300 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('mine' as const),
      count: fc.integer({ min: 0, max: 3 }),
      baseFee: fc.integer({ min: 1, max: 90 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('balance' as const),
      account: fc.integer({ min: 1, max: ACCOUNTS }),
      balance: fc.integer({ min: 0, max: 20_000_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 60 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
)

function entriesOf(fixture: PoolFixture): readonly PooledTransaction[] {
  return [...fixture.pool.accounts()].flatMap(({ pending, queued }) => [...pending, ...queued])
}

/** Mines the first `count` transactions of the pool's order. */
async function mine(fixture: PoolFixture, count: number): Promise<void> {
  const order = await fixture.pool.priceOrder()
  const included = []
  for (let i = 0; i < count; i++) {
    const entry = order.next()
    if (entry === undefined) break
    const { transaction } = entry
    included.push(transaction.hash)
    const account = fixture.accounts.get(Number(transaction.signature.r))
    if (account === undefined) throw new Error('a sender without an account')
    const cost = transaction.gasLimit * (fixture.baseFeePerGas + effectiveTip(transaction, fixture.baseFeePerGas))
    fixture.setAccount(
      Number(transaction.signature.r),
      account.balance - cost - transaction.value,
      transaction.nonce + 1n,
    )
  }
  fixture.setHead({ included })
}

async function take(fixture: PoolFixture, taken: Step): Promise<void> {
  if (taken.kind === 'add') {
    const { from, nonce, value, dataBytes } = taken
    const tip = BigInt(taken.tip)
    const maxFee = tip + BigInt(taken.headroom)
    const fields = { from, nonce, tip, maxFee, value: BigInt(value), dataBytes, gasLimit: 30_000n }
    await fixture.pool.addMany([fixture.transaction(fields)])
    return
  }
  if (taken.kind === 'mine') {
    await mine(fixture, taken.count)
    fixture.baseFeePerGas = BigInt(taken.baseFee)
    fixture.setHead()
    return
  }
  if (taken.kind === 'balance') {
    fixture.setAccount(taken.account, BigInt(taken.balance), fixture.accounts.get(taken.account)?.nonce ?? 0n)
    fixture.setHead()
    return
  }
  if (taken.kind === 'wait') {
    fixture.nowMs += taken.ms
    fixture.pool.expire()
    return
  }
  await fixture.pool.save()
  fixture.restart()
  await fixture.pool.start()
}

/** What must be so after every step, found out in the plainest way. */
async function expectSound(fixture: PoolFixture): Promise<void> {
  const entries = entriesOf(fixture)
  expect(entries.length).toBeLessThanOrEqual(8)
  expect(new Set(entries.map(nameOf)).size).toBe(entries.length)
  const bytes = entries.reduce((sum, { transaction }) => sum + transaction.bytes.length, 0)
  expect(bytes).toBeLessThanOrEqual(1_200)
  expect(fixture.pool.size.bytes).toBe(bytes)
  expect(fixture.pool.size.pending + fixture.pool.size.queued).toBe(entries.length)
  for (const entry of entries) {
    expect(fixture.pool.get(entry.transaction.hash)).toBe(entry)
    expect(fixture.nowMs - entry.addedAtMs).toBeLessThanOrEqual(100)
  }
  for (let account = 1; account <= ACCOUNTS; account++) expectSoundAccount(fixture, entries, account)
  expect(await fixture.order()).toEqual(plainOrder(fixture, entries))
}

function expectSoundAccount(fixture: PoolFixture, entries: readonly PooledTransaction[], account: number): void {
  const own = entries.filter(({ transaction }) => transaction.signature.r === BigInt(account))
  const { nonce, balance } = fixture.accounts.get(account) ?? { nonce: 0n, balance: 0n }
  expect(own.length).toBeLessThanOrEqual(4)
  expect(own.every(({ transaction }) => transaction.nonce >= nonce)).toBe(true)
  expect(own.reduce((sum, { transaction }) => sum + maxCost(transaction), 0n)).toBeLessThanOrEqual(balance)
}

/** The order of a block by repeated search: of all first transactions, the best payer. */
function plainOrder(fixture: PoolFixture, entries: readonly PooledTransaction[]): readonly string[] {
  const nonces = new Map([...fixture.accounts].map(([account, { nonce }]) => [BigInt(account), nonce]))
  const order: string[] = []
  for (;;) {
    const next = entries
      .filter(({ transaction }) => transaction.nonce === (nonces.get(transaction.signature.r) ?? 0n))
      .filter(({ transaction }) => transaction.maxFeePerGas >= fixture.baseFeePerGas)
      .sort((a, b) => {
        const tips = [a, b].map(({ transaction }) => effectiveTip(transaction, fixture.baseFeePerGas))
        return Number((tips[1] ?? 0n) - (tips[0] ?? 0n)) || a.arrival - b.arrival
      })[0]
    if (next === undefined) return order
    nonces.set(next.transaction.signature.r, next.transaction.nonce + 1n)
    order.push(nameOf(next))
  }
}

describe('a pool after any history', () => {
  it('is within its limits, payable, and ordered by price; what it tells adds up to what it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const fixture = new PoolFixture(LIMITS)
        for (let account = 1; account <= ACCOUNTS; account++) fixture.setAccount(account, 20_000_000n)
        fixture.setHead()
        let told = new Set<string>()
        for (const taken of steps) {
          fixture.takeTold()
          await take(fixture, taken)
          // A restarted pool tells all that it loads.
          if (taken.kind === 'restart') told = new Set()
          for (const line of fixture.takeTold()) {
            if (line.startsWith('+')) told.add(line.slice(1))
            else told.delete(line.slice(1).split(' ')[0] ?? '')
          }
          await expectSound(fixture)
          expect([...told].sort()).toEqual(fixture.content())
        }
      }),
      { numRuns: 150 },
    )
  })
})

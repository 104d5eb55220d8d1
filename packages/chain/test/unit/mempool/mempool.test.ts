import { hash32, RuleError, type Transaction, utf8ToBytes } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { MEMPOOL_DEFAULTS, MEMPOOL_REFUSALS, type MempoolErrorCode, type MempoolLimits } from '../../../src/index.ts'
import { type FakeTransaction, fakeAddress } from '../../support/fake-transactions.ts'
import { PoolFixture } from '../../support/pool-fixture.ts'

const RICH = 10n ** 18n

function poolOf(balances: readonly bigint[], limits: Partial<MempoolLimits> = {}): PoolFixture {
  const fixture = new PoolFixture(limits)
  balances.forEach((balance, index) => {
    fixture.setAccount(index + 1, balance)
  })
  fixture.setHead()
  return fixture
}

async function refusalOf(adding: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await adding
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { code: String(error.code), message: error.message }
    throw error
  }
  return { code: 'none', message: 'it was taken' }
}

describe('what the pool takes', () => {
  /** Each limit: the last that passes, and the first that does not. The account has nonce 5 and 10^7 wei. */
  const cases: readonly {
    readonly code: MempoolErrorCode
    readonly passes: Omit<FakeTransaction, 'from'>
    readonly breaks: Omit<FakeTransaction, 'from'>
  }[] = [
    { code: 'MEMPOOL_NONCE_TOO_LOW', passes: { nonce: 5 }, breaks: { nonce: 4 } },
    { code: 'MEMPOOL_NONCE_MAX', passes: { nonce: 2n ** 64n - 2n }, breaks: { nonce: 2n ** 64n - 1n } },
    { code: 'MEMPOOL_UNDERPRICED', passes: { tip: 2n }, breaks: { tip: 1n } },
    { code: 'MEMPOOL_INSUFFICIENT_FUNDS', passes: { value: 7_900_000n }, breaks: { value: 7_900_001n } },
    { code: 'MEMPOOL_INTRINSIC_GAS', passes: { gasLimit: 21_000n }, breaks: { gasLimit: 20_999n } },
    {
      code: 'MEMPOOL_GAS_LIMIT',
      passes: { gasLimit: 1_000_000n, maxFee: 10n },
      breaks: { gasLimit: 1_000_001n, maxFee: 10n },
    },
    {
      code: 'MEMPOOL_INIT_CODE_SIZE',
      passes: { creates: true, dataBytes: 49_152, gasLimit: 300_000n, maxFee: 10n },
      breaks: { creates: true, dataBytes: 49_153, gasLimit: 300_000n, maxFee: 10n },
    },
    {
      code: 'MEMPOOL_OVERSIZED',
      passes: { dataBytes: 60_000 - 96, gasLimit: 300_000n, maxFee: 10n },
      breaks: { dataBytes: 60_001 - 96, gasLimit: 300_000n, maxFee: 10n },
    },
  ]

  it.each(cases)('$code', async ({ code, passes, breaks }) => {
    const fixture = new PoolFixture({ minTip: 2n, maxTransactionBytes: 60_000 })
    fixture.setAccount(1, 10_000_000n, 5n)
    fixture.setHead()
    expect(await refusalOf(fixture.add({ from: 1, nonce: 5, ...breaks }))).toEqual({
      code,
      message: MEMPOOL_REFUSALS[code],
    })
    expect(fixture.pool.size).toEqual({ pending: 0, queued: 0, bytes: 0 })
    await fixture.add({ from: 1, nonce: 5, ...passes })
    expect(fixture.content()).toHaveLength(1)
  })

  it('refuses a transaction that it has, before it looks for the sender', async () => {
    const fixture = poolOf([RICH])
    await fixture.add({ from: 1 })
    expect((await refusalOf(fixture.add({ from: 1 }))).message).toBe('already known')
  })

  it('refuses a sender with code', async () => {
    const fixture = poolOf([])
    fixture.accounts.set(1, {
      nonce: 0n,
      balance: RICH,
      storageRoot: hash32(),
      codeHash: hash32(utf8ToBytes('code')),
    })
    fixture.setHead()
    expect((await refusalOf(fixture.add({ from: 1 }))).message).toBe('sender not an eoa')
  })

  it('says which of a batch nobody signed, and takes the others', async () => {
    const fixture = poolOf([RICH, RICH])
    const batch = [1, 0, 2].map((from) => fixture.transaction({ from }))
    const outcomes = await fixture.pool.addMany(batch)
    expect(outcomes.map(({ kind }) => kind)).toEqual(['added', 'refused', 'added'])
    expect(outcomes[1]?.kind === 'refused' && outcomes[1].error).toBeInstanceOf(RuleError)
  })

  it('looks at no more than a bounded number at once', async () => {
    const fixture = poolOf([RICH, RICH, RICH], { maxInFlight: 2 })
    const outcomes = await fixture.pool.addMany([1, 2, 3].map((from) => fixture.transaction({ from })))
    expect(outcomes.map((outcome) => (outcome.kind === 'added' ? 'added' : outcome.error.code))).toEqual([
      'added',
      'added',
      'MEMPOOL_BUSY',
    ])
    await fixture.add({ from: 3 })
  })

  it('counts what waits towards what the sender can pay', async () => {
    const fixture = poolOf([2n * 2_100_000n])
    await fixture.add({ from: 1, nonce: 7 })
    await fixture.add({ from: 1, nonce: 0 })
    expect((await refusalOf(fixture.add({ from: 1, nonce: 1 }))).code).toBe('MEMPOOL_INSUFFICIENT_FUNDS')
  })
})

describe('nonces', () => {
  it('keeps what follows a gap waiting until the gap is filled', async () => {
    const fixture = poolOf([RICH])
    for (const nonce of [0, 2, 3]) await fixture.add({ from: 1, nonce })
    expect(fixture.pool.size).toMatchObject({ pending: 1, queued: 2 })
    expect(fixture.pool.nextNonce(fakeAddress(1))).toBe(1n)
    expect(await fixture.order()).toEqual(['1:0'])
    await fixture.add({ from: 1, nonce: 1 })
    expect(await fixture.order()).toEqual(['1:0', '1:1', '1:2', '1:3'])
    expect(fixture.pool.nextNonce(fakeAddress(1))).toBe(4n)
    expect(fixture.pool.nextNonce(fakeAddress(2))).toBe(0n)
  })

  it.each([
    { maxFee: 110n, tip: 11n, taken: true },
    { maxFee: 109n, tip: 11n, taken: false },
    { maxFee: 110n, tip: 10n, taken: false },
  ])('replaces at +10 % of both fees: $maxFee and $tip', async ({ maxFee, tip, taken }) => {
    const fixture = poolOf([RICH])
    await fixture.add({ from: 1 })
    fixture.takeTold()
    const refused = await refusalOf(fixture.add({ from: 1, maxFee, tip }))
    expect(refused.message).toBe(taken ? 'it was taken' : 'replacement transaction underpriced')
    expect(fixture.takeTold()).toEqual(taken ? ['-1:0 replaced', '+1:0'] : [])
    expect(fixture.pool.size).toMatchObject({ pending: 1, queued: 0 })
  })

  it('rounds the price of a replacement up', async () => {
    const fixture = poolOf([RICH])
    await fixture.add({ from: 1, tip: 11n })
    expect((await refusalOf(fixture.add({ from: 1, maxFee: 110n, tip: 12n }))).code).toBe(
      'MEMPOOL_REPLACEMENT_UNDERPRICED',
    )
    await fixture.add({ from: 1, maxFee: 110n, tip: 13n })
  })
})

describe('the order of a block', () => {
  it('takes the best tip at the base fee, then the earlier one, and each account in turn', async () => {
    const fixture = poolOf([RICH, RICH, RICH])
    await fixture.add({ from: 1, nonce: 0, maxFee: 55n, tip: 50n })
    await fixture.add({ from: 1, nonce: 1, maxFee: 200n, tip: 50n })
    await fixture.add({ from: 2, nonce: 0, tip: 5n })
    await fixture.add({ from: 3, nonce: 0, tip: 20n })
    expect(await fixture.order()).toEqual(['3:0', '1:0', '1:1', '2:0'])
  })

  it('leaves out what cannot pay the base fee, with all that follows it', async () => {
    const fixture = poolOf([RICH, RICH])
    await fixture.add({ from: 1, nonce: 0, maxFee: 49n })
    await fixture.add({ from: 1, nonce: 1, maxFee: 500n })
    await fixture.add({ from: 2, nonce: 0, maxFee: 50n })
    expect(await fixture.order()).toEqual(['2:0'])
  })

  it('skips a sender, not the others', async () => {
    const fixture = poolOf([RICH, RICH])
    await fixture.add({ from: 1, nonce: 0, tip: 20n })
    await fixture.add({ from: 1, nonce: 1, tip: 20n })
    await fixture.add({ from: 2, nonce: 0, tip: 10n })
    const order = await fixture.pool.priceOrder()
    order.next()
    order.skipSender()
    expect(order.next()?.sender).toEqual(fakeAddress(2))
    expect(order.next()).toBeUndefined()
  })
})

describe('room', () => {
  it('evicts waiting transactions before executable ones, and the cheapest first', async () => {
    const fixture = poolOf([RICH, RICH, RICH, RICH], { maxTransactions: 3 })
    await fixture.add({ from: 1, tip: 5n })
    await fixture.add({ from: 2, tip: 8n })
    await fixture.add({ from: 3, nonce: 1, tip: 50n })
    fixture.takeTold()
    await fixture.add({ from: 4, tip: 6n })
    expect(fixture.takeTold()).toEqual(['-3:1 evicted', '+4:0'])
    expect((await refusalOf(fixture.add({ from: 3, tip: 5n }))).message).toBe('txpool is full')
    expect(fixture.content()).toEqual(['1:0', '2:0', '4:0'])
    await fixture.add({ from: 3, tip: 7n })
    expect(fixture.takeTold()).toEqual(['-1:0 evicted', '+3:0'])
  })

  it('takes the last of an account for as little as the cheapest before it', async () => {
    const fixture = poolOf([RICH, RICH], { maxTransactions: 2 })
    await fixture.add({ from: 1, nonce: 0, tip: 2n })
    await fixture.add({ from: 1, nonce: 1, tip: 50n })
    fixture.takeTold()
    await fixture.add({ from: 2, tip: 3n })
    expect(fixture.takeTold()).toEqual(['-1:1 evicted', '+2:0'])
  })

  it('judges an account anew when its queue or its nonce changes', async () => {
    const fixture = poolOf([RICH, RICH, RICH, RICH, RICH], { maxTransactions: 3 })
    const evictions = async (adding: Parameters<PoolFixture['add']>[0]): Promise<readonly string[]> => {
      fixture.takeTold()
      await fixture.add(adding)
      return fixture.takeTold()
    }
    await fixture.add({ from: 1, nonce: 0, tip: 20n })
    await fixture.add({ from: 1, nonce: 1, tip: 2n })
    await fixture.add({ from: 2, tip: 10n })
    expect(await evictions({ from: 3, tip: 5n })).toEqual(['-1:1 evicted', '+3:0'])
    // What is left of the first account is worth 20 now.
    expect(await evictions({ from: 4, tip: 7n })).toEqual(['-3:0 evicted', '+4:0'])
    // And less with a cheap one behind it, which goes before the newcomer's betters.
    expect((await refusalOf(fixture.add({ from: 1, nonce: 1, tip: 3n }))).message).toBe('txpool is full')
    expect(await evictions({ from: 1, nonce: 1, tip: 8n })).toEqual(['-4:0 evicted', '+1:1'])
    expect(await evictions({ from: 5, tip: 9n })).toEqual(['-1:1 evicted', '+5:0'])
  })

  it('counts what waited as executable when its turn has come', async () => {
    const fixture = poolOf([RICH, RICH, RICH, RICH], { maxTransactions: 2 })
    await fixture.add({ from: 1, nonce: 1, tip: 20n })
    await fixture.add({ from: 2, tip: 5n })
    fixture.setAccount(1, RICH, 1n)
    // Asks for the ranks while the first one waits.
    expect((await refusalOf(fixture.add({ from: 3, nonce: 1, tip: 1n }))).message).toBe('txpool is full')
    fixture.setHead()
    fixture.takeTold()
    await fixture.add({ from: 4, tip: 6n })
    expect(fixture.takeTold()).toEqual(['-2:0 evicted', '+4:0'])
  })

  it('changes nothing when a large newcomer would have to go itself', async () => {
    const fixture = poolOf([RICH, RICH, RICH], { maxBytes: 300 })
    await fixture.add({ from: 1, tip: 5n })
    await fixture.add({ from: 2, tip: 20n })
    fixture.takeTold()
    const before = fixture.pool.size
    const large = fixture.add({ from: 3, tip: 10n, dataBytes: 109, gasLimit: 30_000n })
    expect((await refusalOf(large)).message).toBe('txpool is full')
    expect(fixture.takeTold()).toEqual([])
    expect(fixture.pool.size).toEqual(before)
    expect(await fixture.order()).toEqual(['2:0', '1:0'])
    await fixture.add({ from: 3, tip: 10n, dataBytes: 108, gasLimit: 30_000n })
    expect(fixture.content()).toEqual(['2:0', '3:0'])
  })

  it('keeps the lowest nonces of an account that has too many', async () => {
    const fixture = poolOf([RICH], { maxPerAccount: 2 })
    await fixture.add({ from: 1, nonce: 3 })
    await fixture.add({ from: 1, nonce: 5 })
    expect((await refusalOf(fixture.add({ from: 1, nonce: 6 }))).message).toBe('account limit exceeded')
    await fixture.add({ from: 1, nonce: 4 })
    expect(fixture.content()).toEqual(['1:3', '1:4'])
  })
})

describe('a new head', () => {
  it('drops what was mined, what lost its nonce, what cannot be paid and what is too big', async () => {
    const fixture = poolOf([RICH, RICH, RICH, RICH])
    const mined = await fixture.add({ from: 1, nonce: 0 })
    await fixture.add({ from: 1, nonce: 1 })
    await fixture.add({ from: 2, nonce: 0 })
    await fixture.add({ from: 3, nonce: 0 })
    await fixture.add({ from: 3, nonce: 1 })
    await fixture.add({ from: 4, nonce: 0, gasLimit: 900_000n })
    fixture.takeTold()
    fixture.setAccount(1, RICH, 1n)
    fixture.setAccount(2, RICH, 1n)
    fixture.setAccount(3, 2_100_000n)
    fixture.gasLimit = 899_999n
    fixture.setHead({ included: [mined.transaction.hash] })
    expect(fixture.takeTold()).toEqual([
      '-1:0 mined',
      '-2:0 nonce-used',
      '-3:1 insufficient-funds',
      '-4:0 exceeds-gas-limit',
    ])
    expect(fixture.content()).toEqual(['1:1', '3:0'])
  })

  it('takes back what a reorganisation left out, and what follows it becomes executable again', async () => {
    const fixture = poolOf([RICH])
    const { transaction, sender, authorities } = await fixture.add({ from: 1, nonce: 0 })
    await fixture.add({ from: 1, nonce: 1 })
    fixture.setAccount(1, RICH, 1n)
    fixture.setHead({ included: [transaction.hash] })
    expect(await fixture.order()).toEqual(['1:1'])
    fixture.setAccount(1, RICH, 0n)
    fixture.setHead({ returned: [{ transaction, sender, authorities }] })
    expect(await fixture.order()).toEqual(['1:0', '1:1'])
  })

  it('does not fail over a returned transaction that cannot be pooled', () => {
    const fixture = poolOf([0n])
    const transaction = fixture.transaction({ from: 1 })
    fixture.setHead({ returned: [{ transaction, sender: fakeAddress(1), authorities: [] }] })
    expect(fixture.content()).toEqual([])
  })
})

describe('time', () => {
  it('lets transactions go after their lifetime and not before', async () => {
    const fixture = poolOf([RICH])
    await fixture.add({ from: 1, nonce: 0 })
    fixture.nowMs += 1
    await fixture.add({ from: 1, nonce: 1 })
    fixture.nowMs += MEMPOOL_DEFAULTS.lifetimeMs - 1
    fixture.pool.expire()
    expect(fixture.content()).toEqual(['1:0', '1:1'])
    fixture.nowMs += 1
    fixture.pool.expire()
    expect(fixture.content()).toEqual(['1:1'])
    expect(await fixture.order()).toEqual([])
  })
})

describe('a restart', () => {
  it('finds the pool again, with ages and order, and judges each anew', async () => {
    const fixture = poolOf([RICH, RICH, RICH], { lifetimeMs: 1000 })
    await fixture.pool.start()
    await fixture.add({ from: 3, tip: 10n })
    fixture.nowMs += 500
    await fixture.add({ from: 2, tip: 10n })
    await fixture.add({ from: 1, nonce: 0, tip: 10n })
    await fixture.add({ from: 1, nonce: 1, tip: 10n })
    await fixture.pool.stop()
    await fixture.pool.stop()
    fixture.nowMs += 501
    fixture.setAccount(1, RICH, 1n)
    fixture.restart()
    await fixture.pool.start()
    expect(await fixture.order()).toEqual(['2:0', '1:1'])
    fixture.nowMs += 500
    fixture.pool.expire()
    expect(fixture.content()).toEqual([])
  })

  it('skips records that it cannot read', async () => {
    const fixture = poolOf([RICH])
    await fixture.add({ from: 1 })
    await fixture.pool.save()
    fixture.store.records = [Uint8Array.of(1, 2, 3), ...fixture.store.records]
    fixture.restart()
    await fixture.pool.start()
    expect(fixture.content()).toEqual(['1:0'])
  })
})

describe('listeners', () => {
  it('hears on when another one fails, and no more after leaving', async () => {
    const fixture = poolOf([RICH, RICH])
    const heard: Transaction[] = []
    fixture.pool.onAdded(() => {
      throw new Error('a broken listener')
    })
    const leave = fixture.pool.onAdded(({ transaction }) => heard.push(transaction))
    await fixture.add({ from: 1 })
    leave()
    leave()
    await fixture.add({ from: 2 })
    expect(heard).toHaveLength(1)
  })
})

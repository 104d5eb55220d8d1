import type { Receipt, Transaction } from '@poai/core'
import { RuleError } from '@poai/core'
import { type Added, AnswerError, type BlockBuilder } from '@poai/execution'
import { describe, expect, it } from 'vitest'
import type { PooledTransaction } from '../../../src/mempool/pooled-transaction.ts'
import { createPriceOrder, type PricedAccount } from '../../../src/mempool/price-order.ts'
import { type FillLimits, fillBlock } from '../../../src/template/fill-block.ts'
import { SlowTransactions } from '../../../src/template/slow-transactions.ts'
import { fakeAddress, fakeTransaction } from '../../support/fake-transactions.ts'
import { nameOf } from '../../support/pool-fixture.ts'

const GAS_LIMIT = 1_000_000n
const NO_RECEIPT: Receipt = {} as Receipt

/** A builder that takes what fits, and as long for each as the test says. */
class Fixture {
  readonly included: string[] = []
  readonly slow: SlowTransactions = new SlowTransactions()
  readonly #accounts: readonly PricedAccount[]
  tried: string[] = []
  waitedMs = 0
  nowMs = 0
  tookMs: (name: string) => number = () => 1
  gasUsed: (name: string) => bigint = () => 21_000n
  isValid: (name: string) => boolean = () => true
  waitsFor: (name: string) => number = () => 0
  isAnswered: (name: string) => boolean = () => true

  constructor(transactions: readonly Transaction[]) {
    const bySender = new Map<bigint, PooledTransaction[]>()
    for (const [arrival, transaction] of transactions.entries()) {
      const { r } = transaction.signature
      const entry = { transaction, sender: fakeAddress(Number(r)), authorities: [], addedAtMs: 0, arrival }
      bySender.set(r, [...(bySender.get(r) ?? []), entry])
    }
    this.#accounts = [...bySender.values()].map((pending) => ({ pending }))
  }

  async fill(limits: FillLimits = { maxMs: 1000, maxTries: 100 }): Promise<readonly string[]> {
    this.included.splice(0)
    this.tried = []
    let used = 0n
    const builder: BlockBuilder = {
      get gasUsed() {
        return used
      },
      bodyBytes: 0,
      add: async (sent): Promise<Added> => {
        const name = nameOf(sent)
        this.tried.push(name)
        this.waitedMs += this.waitsFor(name)
        this.nowMs += this.tookMs(name)
        if (!this.isValid(name)) return { included: false, reason: new RuleError('EXECUTION_FUNDS', 'too poor') }
        if (!this.isAnswered(name)) return { included: false, reason: new AnswerError('not in time') }
        used += this.gasUsed(name)
        this.included.push(name)
        return { included: true, receipt: NO_RECEIPT }
      },
      finish: () => {
        throw new Error('the caller finishes')
      },
    }
    await fillBlock(builder, {
      mempool: { priceOrder: () => createPriceOrder(this.#accounts, 0n) },
      ...{ slow: this.slow, gasLimit: GAS_LIMIT, signal: undefined, limits },
      nowMs: () => this.nowMs,
      waitedMs: () => this.waitedMs,
    })
    return this.included
  }
}

function transfers(
  count: number,
  fields: { readonly tip: bigint; readonly gasLimit: bigint },
  first = 1,
): Transaction[] {
  return Array.from({ length: count }, (_, index) =>
    fakeTransaction({ from: first + index, nonce: 0, maxFee: fields.tip, ...fields }),
  )
}

describe('the filling of a block', () => {
  it('goes on after any number of transactions that may use more gas than is left, and tries none of them', async () => {
    const misfits = transfers(500, { tip: 9n, gasLimit: GAS_LIMIT })
    const fixture = new Fixture([...misfits, ...transfers(3, { tip: 1n, gasLimit: 21_000n }, 1000)])
    expect(await fixture.fill()).toEqual(['1:0', '1000:0', '1001:0', '1002:0'])
    expect(fixture.tried).toHaveLength(4)
  })

  it('takes one that may use exactly what is left, and not one that may use a unit more', async () => {
    const [first, exact, more] = [
      ...transfers(1, { tip: 9n, gasLimit: 21_000n }),
      ...transfers(1, { tip: 7n, gasLimit: GAS_LIMIT - 21_000n }, 2),
      ...transfers(1, { tip: 8n, gasLimit: GAS_LIMIT - 20_999n }, 3),
    ] as [Transaction, Transaction, Transaction]
    expect(await new Fixture([first, exact, more]).fill()).toEqual(['1:0', '2:0'])
  })

  it('leaves out an account whose next cannot be included, and tries no more than its bound', async () => {
    const fixture = new Fixture(transfers(10, { tip: 1n, gasLimit: 21_000n }))
    fixture.isValid = (name) => name === '6:0'
    expect(await fixture.fill({ maxMs: 1000, maxTries: 6 })).toEqual(['6:0'])
    expect(await fixture.fill({ maxMs: 1000, maxTries: 5 })).toEqual([])
    expect(fixture.tried).toHaveLength(5)
  })

  it('ends when its time is used up, and the next template takes what was slow last', async () => {
    const slow = transfers(10, { tip: 9n, gasLimit: 50_000n })
    const fixture = new Fixture([...slow, ...transfers(4, { tip: 1n, gasLimit: 21_000n }, 100)])
    fixture.tookMs = (name) => (name.length === '100:0'.length ? 1 : 500)
    expect(await fixture.fill()).toEqual(['1:0', '2:0'])
    expect(await fixture.fill()).toEqual(['3:0', '4:0'])
    for (let round = 0; round < 3; round++) await fixture.fill()
    expect(await fixture.fill()).toEqual(['100:0', '101:0', '102:0', '103:0', '1:0', '2:0'])
  })

  it('takes last what used up the time of models and was left out: it may never pay for it', async () => {
    const fixture = new Fixture(transfers(4, { tip: 9n, gasLimit: 250_000n }))
    // The second uses up the time, the third asks after that, the others ask nothing.
    fixture.waitsFor = (name) => (name === '2:0' ? 1000 : 0)
    fixture.isAnswered = (name) => name !== '2:0' && name !== '3:0'
    expect(await fixture.fill()).toEqual(['1:0', '4:0'])
    expect(fixture.tried).toEqual(['1:0', '2:0', '3:0', '4:0'])
    expect(await fixture.fill()).toEqual(['1:0', '4:0'])
    expect(fixture.tried.slice(0, 4)).toEqual(['1:0', '3:0', '4:0', '2:0'])
  })

  it('calls nothing slow that takes no more of the time than of the gas', async () => {
    const fixture = new Fixture(transfers(2, { tip: 1n, gasLimit: 600_000n }))
    fixture.tookMs = () => 400
    fixture.gasUsed = () => 400_000n
    await fixture.fill()
    expect(fixture.slow.has(fakeTransaction({ from: 1, nonce: 0 }).hash)).toBe(false)
    expect(fixture.included).toEqual(['1:0', '2:0'])
    fixture.gasUsed = () => 399_999n
    await fixture.fill()
    await fixture.fill()
    expect(fixture.included).toHaveLength(2)
  })
})

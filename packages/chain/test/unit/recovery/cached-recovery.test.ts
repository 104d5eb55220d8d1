import { RuleError, type Transaction } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { createCachedRecovery } from '../../../src/index.ts'
import { fakeAddress, fakeRecovery, fakeTransaction } from '../../support/fake-transactions.ts'

function counting(): { readonly asked: number[]; recover: typeof fakeRecovery.recover } {
  const asked: number[] = []
  return {
    asked,
    recover: (transactions: readonly Transaction[], signal) => {
      asked.push(transactions.length)
      return fakeRecovery.recover(transactions, signal)
    },
  }
}

describe('remembered senders', () => {
  it('are not recovered again, and come in the order of the transactions', async () => {
    const inner = counting()
    const recovery = createCachedRecovery(inner)
    const [a, b, c] = [1, 2, 3].map((from) => fakeTransaction({ from })) as [Transaction, Transaction, Transaction]
    await recovery.recover([b])
    expect(await recovery.recover([a, b, c])).toEqual([1, 2, 3].map(fakeAddress))
    expect(await recovery.recover([c, a])).toEqual([3, 1].map(fakeAddress))
    expect(inner.asked).toEqual([1, 2])
  })

  it('are bounded: the one that was not asked for the longest goes', async () => {
    const inner = counting()
    const recovery = createCachedRecovery(inner, 2)
    const [a, b, c] = [1, 2, 3].map((from) => fakeTransaction({ from })) as [Transaction, Transaction, Transaction]
    await recovery.recover([a, b])
    await recovery.recover([a])
    await recovery.recover([c])
    await recovery.recover([a])
    await recovery.recover([b])
    expect(inner.asked).toEqual([2, 1, 1])
  })

  it('answer more transactions than they hold', async () => {
    const recovery = createCachedRecovery(fakeRecovery, 1)
    const transactions = [1, 2, 3].map((from) => fakeTransaction({ from }))
    expect(await recovery.recover(transactions)).toEqual([1, 2, 3].map(fakeAddress))
  })

  it('pass on that nobody signed', async () => {
    const recovery = createCachedRecovery(fakeRecovery)
    await expect(recovery.recover([fakeTransaction({ from: 0 })])).rejects.toBeInstanceOf(RuleError)
  })
})

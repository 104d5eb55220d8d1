import { RuleError, type Transaction } from '@poai/core'
import {
  INVALID_BLOCK_CODES,
  invalidBlock,
  signTransaction,
  testNetwork,
  testWallet,
  WALLETS,
} from '@poai/testing/chain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createThreadedRecovery, inlineRecovery } from '../../src/index.ts'
import { startGenerator } from '../support/chain-fixture.ts'

const recovery = createThreadedRecovery({ threads: 2 })
let transactions: readonly Transaction[]

beforeAll(() => {
  transactions = Array.from({ length: 150 }, (_, index) =>
    signTransaction(testNetwork.chainId, testWallet(`wallet ${index % 7}`), {
      nonce: BigInt(index),
      to: WALLETS[0]?.address,
      value: BigInt(index),
    }),
  )
})

afterAll(() => recovery.stop())

describe('senders from other threads', () => {
  it('are those that this thread finds, in order', async () => {
    const expected = await inlineRecovery.recover(transactions)
    expect(await recovery.recover(transactions)).toEqual(expected)
    expect(await recovery.recover(transactions.slice(0, 2))).toEqual(expected.slice(0, 2))
    expect(await recovery.recover([])).toEqual([])
  })

  it('are missing where nobody signed', async () => {
    expect(INVALID_BLOCK_CODES).toContain('TRANSACTION_SIGNATURE')
    const generator = await startGenerator()
    const { block } = await invalidBlock(generator, generator.genesis, 'TRANSACTION_SIGNATURE')
    await expect(recovery.recover([...transactions, ...block.body.transactions])).rejects.toBeInstanceOf(RuleError)
  })

  it('are not waited for when a thread is gone, and come again from the next one', async () => {
    const lost = expect(recovery.recover(transactions)).rejects.toMatchObject({ code: 'CHAIN_THREAD_LOST' })
    await recovery.stop()
    await lost
    expect(await recovery.recover(transactions)).toHaveLength(150)
  })

  it('are given up with the signal', async () => {
    const signal = AbortSignal.abort(new Error('not any more'))
    await expect(recovery.recover(transactions, signal)).rejects.toThrow('not any more')
  })
})

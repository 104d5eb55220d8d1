import { createTransactionCodec, RuleError, type Transaction } from '@poai/core'
import {
  INVALID_BLOCK_CODES,
  invalidBlock,
  signTransaction,
  testNetwork,
  testWallet,
  WALLETS,
} from '@poai/testing/chain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CostMeter, createInlineDecoder, createThreadedRecovery, inlineRecovery } from '../../src/index.ts'
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

describe('transactions from other threads', () => {
  const codec = createTransactionCodec(testNetwork.chainId)

  it('are those that this thread decodes, in order, and their cost is measured', async () => {
    const meter = new CostMeter()
    const encodings = transactions.map(({ bytes }) => bytes)
    const decoded = await recovery.decoderOf(codec).decode(encodings, { meter })
    expect(decoded).toEqual(transactions)
    expect(meter.ms).toBeGreaterThan(0)
    expect(encodings.every(({ length }) => length > 0)).toBe(true)
  })

  it('share no memory with each other', async () => {
    const decoded = await recovery.decoderOf(codec).decode(transactions.map(({ bytes }) => bytes))
    for (const found of decoded) {
      if (found instanceof RuleError) throw found
      expect(found.bytes.buffer.byteLength).toBe(found.bytes.length)
    }
  })

  it('are refused by the same rules with the same words', async () => {
    const [first] = transactions
    if (first === undefined) throw new RangeError('there are transactions')
    const foreign = signTransaction(testNetwork.chainId + 1n, testWallet('foreign'), { nonce: 0n, to: undefined })
    const encodings = [
      ...[first.bytes, first.bytes.slice(0, -1), Uint8Array.of(5, 0xc0), new Uint8Array(0), foreign.bytes],
      ...[new Uint8Array(codec.maxBytes + 1)],
    ]
    const expected = await createInlineDecoder(codec).decode(encodings)
    const decoded = await recovery.decoderOf(codec).decode(encodings)
    const plain = (found: Transaction | RuleError): unknown =>
      found instanceof RuleError ? { ...found, message: found.message } : found
    expect(decoded.map(plain)).toEqual(expected.map(plain))
    expect(decoded.filter((found) => found instanceof RuleError)).toHaveLength(5)
  })
})

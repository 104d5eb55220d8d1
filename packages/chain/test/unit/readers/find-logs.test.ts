import { genesisContext } from '@poai/consensus'
import {
  type Address,
  bloomOfLogs,
  devnet,
  genesisHeader,
  type Hash32,
  hash32,
  type Log,
  type Receipt,
  uintToBytes,
} from '@poai/core'
import { describe, expect, it } from 'vitest'
import type { ChainReader } from '../../../src/index.ts'
import { logMatches, logsOfReceipts } from '../../../src/index.ts'
import { findLogs } from '../../../src/readers/find-logs.ts'
import { fakeAddress, fakeTransaction } from '../../support/fake-transactions.ts'

const [a, b] = [fakeAddress(1), fakeAddress(2)] as [Address, Address]
const [t, u] = [hash32(uintToBytes(1n, 1)), hash32(uintToBytes(2n, 1))] as [Hash32, Hash32]

function log(address: Address, ...topics: readonly Hash32[]): Log {
  return { address, topics, data: new Uint8Array(0) }
}

function receipt(...logs: readonly Log[]): Receipt {
  return { type: 2, status: 1, cumulativeGasUsed: 21_000n, logsBloom: bloomOfLogs(logs), logs }
}

/** A chain whose block n has the n-th list of receipts; tells whose receipts were read. */
function chainOf(blocks: readonly (readonly Receipt[])[]): { readonly reader: ChainReader; readonly read: bigint[] } {
  const read: bigint[] = []
  const numberOf = (hash: Hash32): bigint => BigInt(hash[0] ?? 0)
  const receiptsOf = (hash: Hash32): readonly Receipt[] => blocks[Number(numberOf(hash))] ?? []
  const reader: ChainReader = {
    head: () => genesisContext(devnet),
    context: () => undefined,
    canonicalHash: (number) =>
      number < BigInt(blocks.length) ? (hash32().with(0, Number(number)) as Hash32) : undefined,
    header: (hash) => ({
      ...genesisHeader(devnet),
      logsBloom: bloomOfLogs(receiptsOf(hash).flatMap(({ logs }) => logs)),
    }),
    body: async (hash) => ({ transactions: receiptsOf(hash).map((_, nonce) => fakeTransaction({ from: 1, nonce })) }),
    receipts: async (hash) => {
      read.push(numberOf(hash))
      return receiptsOf(hash)
    },
  }
  return { reader, read }
}

describe('a search for logs', () => {
  it('reads receipts only of blocks whose filter lets it hope', async () => {
    const { reader, read } = chainOf([[], [receipt(log(a, t))], [receipt(log(b, u))], [receipt(log(a, u))]])
    const found = await findLogs(reader, { from: 0n, to: 10n, addresses: [a], topics: [] })
    expect(found.map(({ blockNumber }) => blockNumber)).toEqual([1n, 3n])
    expect(read).toEqual([1n, 3n])
    await findLogs(reader, { from: 0n, to: 10n, addresses: [], topics: [[t]] })
    expect(read).toEqual([1n, 3n, 1n])
  })

  it('counts logs over the whole block', async () => {
    const receipts = [receipt(log(b), log(a)), receipt(), receipt(log(b), log(b), log(a))]
    const transactionHashes = [t, u, t]
    const found = logsOfReceipts(
      { blockHash: t, blockNumber: 1n },
      { receipts, transactionHashes },
      { addresses: [a], topics: [] },
    )
    expect(found.map(({ transactionIndex, logIndex }) => [transactionIndex, logIndex])).toEqual([
      [0, 1],
      [2, 4],
    ])
  })

  it('stops with its signal', async () => {
    const { reader } = chainOf([[]])
    const signal = AbortSignal.abort(new Error('nobody asks any more'))
    await expect(findLogs(reader, { from: 0n, to: 0n, addresses: [], topics: [], signal })).rejects.toThrow(
      'nobody asks',
    )
  })
})

describe('a filter', () => {
  it.each([
    { addresses: [], topics: [], log: log(a), matches: true },
    { addresses: [a, b], topics: [], log: log(b), matches: true },
    { addresses: [a], topics: [], log: log(b), matches: false },
    { addresses: [], topics: [[t]], log: log(a, t, u), matches: true },
    { addresses: [], topics: [[t, u]], log: log(a, u), matches: true },
    { addresses: [], topics: [[], [u]], log: log(a, t, u), matches: true },
    { addresses: [], topics: [[u]], log: log(a, t, u), matches: false },
    { addresses: [], topics: [[]], log: log(a), matches: false },
  ])('of $addresses.length addresses and topics $topics.length: $matches', ({ matches, log: found, ...filter }) => {
    expect(logMatches(found, filter)).toBe(matches)
  })
})

import { genesisContext } from '@poai/consensus'
import {
  type Address,
  bloomOfLogs,
  devnet,
  genesisHeader,
  type Hash32,
  type Header,
  hash32,
  type Log,
  type Receipt,
  uintToBytes,
} from '@poai/core'
import { describe, expect, it } from 'vitest'
import type { ChainReader } from '../../../src/index.ts'
import { logMatches, logsOfReceipts } from '../../../src/index.ts'
import { findLogs } from '../../../src/readers/find-logs.ts'
import { LogIndex } from '../../../src/readers/log-index.ts'
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
    const found = await findLogs(new LogIndex(reader), { from: 0n, to: 10n, addresses: [a], topics: [] })
    expect(found.map(({ blockNumber }) => blockNumber)).toEqual([1n, 3n])
    expect(read).toEqual([1n, 3n])
    await findLogs(new LogIndex(reader), { from: 0n, to: 10n, addresses: [], topics: [[t]] })
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

  it('remembers what it read, until the chain has another past', async () => {
    const { reader, read } = chainOf([[], [receipt(log(a, t))]])
    let head = { ...genesisContext(devnet), hash: t, number: 1n }
    let hashAt1 = t
    const moving = {
      ...reader,
      head: () => head,
      canonicalHash: (number: bigint) => (number === 1n ? hashAt1 : reader.canonicalHash(number)),
      header: (hash: Hash32) => ({ ...reader.header(hash), logsBloom: bloomOfLogs([log(a, t)]) }) as Header,
      receipts: async (hash: Hash32) => {
        read.push(BigInt(hash[0] ?? 0))
        return [receipt(log(a, hash))]
      },
    }
    const index = new LogIndex(moving)
    const search = { from: 1n, to: 1n, addresses: [a], topics: [] }
    const [once, again] = [await findLogs(index, search), await findLogs(index, search)]
    expect(again[0]).toBe(once[0])
    expect(read).toHaveLength(1)
    head = { ...head, hash: u }
    hashAt1 = u
    expect((await findLogs(index, search)).map(({ blockHash }) => blockHash)).toEqual([u])
    expect(read).toHaveLength(2)
  })

  it('stops with its signal', async () => {
    const { reader } = chainOf([[]])
    const signal = AbortSignal.abort(new Error('nobody asks any more'))
    const search = { from: 0n, to: 0n, addresses: [], topics: [], signal }
    await expect(findLogs(new LogIndex(reader), search)).rejects.toThrow('nobody asks')
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

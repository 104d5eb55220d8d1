import { genesisContext } from '@poai/consensus'
import { devnet, genesisHeader, type Hash32, hash32, type Receipt, uintToBytes } from '@poai/core'
import { expect, it } from 'vitest'
import { BoundedCache } from '../../../src/readers/bounded-cache.ts'
import { createCachedReader, type QueriedDatabase } from '../../../src/readers/cached-reader.ts'

const [a, b] = [hash32(uintToBytes(1n, 1)), hash32(uintToBytes(2n, 1))] as [Hash32, Hash32]

/** Two blocks of one height; `canonical` says which one is on the chain. Counts what is read. */
function databaseOf(): { readonly database: QueriedDatabase; readonly reads: string[]; canonical: Hash32 } {
  const reads: string[] = []
  const state = { canonical: a }
  const database: QueriedDatabase = {
    head: () => genesisContext(devnet),
    final: () => genesisContext(devnet),
    context: () => undefined,
    transactionPlace: () => undefined,
    stateAt: () => {
      throw new Error('not asked for')
    },
    badBlocks: async () => [],
    keptHeights: () => ({ oldestState: 0n, oldestBlock: 0n, states: 'all', blocks: 'all' }),
    canonicalHash: () => state.canonical,
    header: () => {
      reads.push('header')
      return genesisHeader(devnet)
    },
    body: async () => {
      reads.push('body')
      return { transactions: [] }
    },
    receipts: async (hash): Promise<readonly Receipt[] | undefined> => {
      reads.push('receipts')
      return hash === state.canonical ? [] : undefined
    },
  }
  return {
    database,
    reads,
    get canonical() {
      return state.canonical
    },
    set canonical(hash) {
      state.canonical = hash
    },
  }
}

it('reads a block once', async () => {
  const { database, reads } = databaseOf()
  const reader = createCachedReader(database)
  for (let time = 0; time < 3; time++) {
    reader.header(a)
    await reader.body(a)
    await reader.receipts(a)
  }
  expect(reads).toEqual(['header', 'body', 'receipts'])
})

it('has no receipts of a block that left the chain, and has them again when it comes back', async () => {
  const fixture = databaseOf()
  const reader = createCachedReader(fixture.database)
  expect(await reader.receipts(a)).toEqual([])
  fixture.canonical = b
  expect(await reader.receipts(a)).toBeUndefined()
  expect(await reader.receipts(b)).toEqual([])
  fixture.canonical = a
  expect(await reader.receipts(a)).toEqual([])
})

it('drops what was not used for longest when all is too heavy, and keeps nothing that alone is', () => {
  const cache = new BoundedCache<string, number>(10)
  cache.set('a', 1, 4)
  cache.set('b', 2, 4)
  expect(cache.get('a')).toBe(1)
  cache.set('c', 3, 4)
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3])
  cache.set('d', 4, 11)
  expect(cache.get('d')).toBeUndefined()
  cache.set('a', 5, 10)
  expect([cache.get('a'), cache.get('c')]).toEqual([5, undefined])
})

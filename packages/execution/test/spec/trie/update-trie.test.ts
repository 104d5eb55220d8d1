import { createMPT } from '@ethereumjs/mpt'
import { bytesToHex, EMPTY_TRIE_ROOT, type Hash32, toHash32 } from '@poai/core'
import { describe, expect, test } from 'vitest'
import type { TrieNodeChange, TrieNodeReader } from '../../../src/index.ts'
import { type TrieUpdate, updateTrie } from '../../../src/trie/update-trie.ts'
import { createRandom, type Random } from '../../support/random.ts'

function storeOf(nodes: Map<string, Uint8Array>): TrieNodeReader & { apply(changes: readonly TrieNodeChange[]): void } {
  return {
    node: (_owner, path) => nodes.get(bytesToHex(path)),
    apply: (changes) => {
      for (const { path, next } of changes) {
        if (next === undefined) nodes.delete(bytesToHex(path))
        else nodes.set(bytesToHex(path), next)
      }
    },
  }
}

function sorted(updates: ReadonlyMap<string, TrieUpdate>): readonly TrieUpdate[] {
  return [...updates.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, update]) => update)
}

/** Few distinct leading nibbles and long shared stretches, so that extensions split, merge and move. */
function crowdedKey(random: Random): Hash32 {
  const key = new Uint8Array(32)
  const shared = random.pick([0, 1, 2, 15, 30])
  for (let i = shared; i < shared + 2; i++) key[i] = random.below(3) * random.pick([1, 16, 17])
  return toHash32(key)
}

/** Short values make nodes that fit into their parents. */
function someValue(random: Random): Uint8Array {
  return Uint8Array.from(random.bytes(random.pick([1, 2, 8, 33, 70]))).fill(1 + random.below(255), 0, 1)
}

interface HistoryOptions {
  readonly seed: string
  readonly rounds: number
  readonly updatesPerRound: number
  readonly keyOf: (random: Random) => Hash32
}

async function runHistory({ seed, rounds, updatesPerRound, keyOf }: HistoryOptions): Promise<void> {
  const random = createRandom(seed)
  const reference = await createMPT()
  const nodes = new Map<string, Uint8Array>()
  const store = storeOf(nodes)
  const entries = new Map<string, TrieUpdate>()
  let root: Hash32 = EMPTY_TRIE_ROOT
  for (let round = 0; round < rounds; round++) {
    const updates = new Map<string, TrieUpdate>()
    const count = 1 + random.below(updatesPerRound)
    while (updates.size < count) {
      const existing = random.below(2) === 0 ? [...entries.values()] : []
      const key = existing.length > 0 ? random.pick(existing).key : keyOf(random)
      const value = random.below(5) < 2 ? undefined : someValue(random)
      updates.set(bytesToHex(key), { key, value })
    }
    for (const { key, value } of updates.values()) {
      if (value === undefined) await reference.del(key)
      else await reference.put(key, value)
      if (value === undefined) entries.delete(bytesToHex(key))
      else entries.set(bytesToHex(key), { key, value })
    }
    const updated = updateTrie({ reader: store, owner: 'accounts', root }, sorted(updates))
    expect(bytesToHex(updated.root), `${seed}, round ${round}`).toBe(bytesToHex(reference.root()))
    for (const { path, previous } of updated.changes) {
      expect(previous, `${seed}, round ${round}: previous at ${path}`).toEqual(nodes.get(bytesToHex(path)))
    }
    store.apply(updated.changes)
    root = updated.root
  }
  const fresh = updateTrie({ reader: storeOf(new Map()), owner: 'accounts', root: EMPTY_TRIE_ROOT }, sorted(entries))
  expect(fresh.root).toEqual(root)
  expect(nodes.size, 'the history left no node behind').toBe(fresh.changes.length)
}

describe('updateTrie', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'has the roots of EthereumJS over a history of crowded keys (%i)',
    async (seed) => {
      await runHistory({ seed: `crowded ${seed}`, rounds: 60, updatesPerRound: 12, keyOf: crowdedKey })
    },
  )

  test('has the roots of EthereumJS over a history of hashed keys', async () => {
    const keyOf = (random: Random): Hash32 => toHash32(random.bytes(32))
    await runHistory({ seed: 'hashed', rounds: 25, updatesPerRound: 200, keyOf })
  })

  test('ends where it began when everything is taken out again', () => {
    const random = createRandom('out again')
    const keys = new Map(Array.from({ length: 50 }, () => crowdedKey(random)).map((key) => [bytesToHex(key), key]))
    const nodes = new Map<string, Uint8Array>()
    const store = storeOf(nodes)
    const value = Uint8Array.of(7)
    const all = (next: Uint8Array | undefined): readonly TrieUpdate[] =>
      sorted(new Map([...keys].map(([name, key]) => [name, { key, value: next }])))
    const full = updateTrie({ reader: store, owner: 'accounts', root: EMPTY_TRIE_ROOT }, all(value))
    store.apply(full.changes)
    const empty = updateTrie({ reader: store, owner: 'accounts', root: full.root }, all(undefined))
    store.apply(empty.changes)
    expect(empty.root).toEqual(EMPTY_TRIE_ROOT)
    expect(nodes.size).toBe(0)
  })

  test('changes nothing where a value is put again or a missing key taken out', () => {
    const key = toHash32(new Uint8Array(32).fill(1))
    const missing = toHash32(new Uint8Array(32).fill(2))
    const nodes = new Map<string, Uint8Array>()
    const store = storeOf(nodes)
    const value = new Uint8Array(40).fill(9)
    const first = updateTrie({ reader: store, owner: 'accounts', root: EMPTY_TRIE_ROOT }, [{ key, value }])
    store.apply(first.changes)
    const again = updateTrie({ reader: store, owner: 'accounts', root: first.root }, [
      { key, value },
      { key: missing, value: undefined },
    ])
    expect(again).toEqual({ root: first.root, changes: [] })
  })

  test('refuses updates out of order', () => {
    const update = { key: toHash32(new Uint8Array(32)), value: undefined }
    const version = { reader: storeOf(new Map()), owner: 'accounts', root: EMPTY_TRIE_ROOT } as const
    expect(() => updateTrie(version, [update, update])).toThrow('sorted, each key once')
  })
})

describe('a damaged store', () => {
  const key = toHash32(new Uint8Array(32).fill(1))
  const version = { owner: 'accounts', root: toHash32(new Uint8Array(32).fill(3)) } as const

  test('without the root node is named, not taken for an empty trie', () => {
    const run = (): unknown => updateTrie({ ...version, reader: storeOf(new Map()) }, [{ key, value: key }])
    expect(run).toThrow(expect.objectContaining({ code: 'EXECUTION_STATE_MISSING' }))
  })

  test('with another node in its place is named', () => {
    const reader = storeOf(new Map([['0x', Uint8Array.of(0xc2, 0x20, 0x01)]]))
    const run = (): unknown => updateTrie({ ...version, reader }, [{ key, value: key }])
    expect(run).toThrow(expect.objectContaining({ code: 'EXECUTION_STATE_DAMAGED' }))
  })
})

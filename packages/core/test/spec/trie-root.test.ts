import { createMPT } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesToHex, EMPTY_TRIE_ROOT, orderedTrieRoot, type TrieEntry, trieRoot } from '../../src/index.ts'

async function rootOfOtherImplementation(entries: readonly TrieEntry[]): Promise<Uint8Array> {
  const trie = await createMPT()
  for (const [key, value] of entries) await trie.put(key, value)
  return trie.root()
}

const values = fc.uint8Array({ minLength: 1, maxLength: 80 })

function uniqueEntries(keys: fc.Arbitrary<Uint8Array>, maxLength: number): fc.Arbitrary<TrieEntry[]> {
  return fc.uniqueArray(fc.tuple(keys, values), { maxLength, selector: ([key]) => bytesToHex(key) })
}

describe('trieRoot', () => {
  it('of nothing is the root that Ethereum knows', () => {
    expect(bytesToHex(EMPTY_TRIE_ROOT)).toBe('0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421')
    expect(trieRoot([])).toEqual(EMPTY_TRIE_ROOT)
  })

  it('equals EthereumJS on keys of one length that share prefixes', async () => {
    const keys = fc
      .array(fc.constantFrom(0x00, 0x01, 0x10, 0x11, 0xff), { minLength: 4, maxLength: 4 })
      .map((k) => Uint8Array.from(k))
    await fc.assert(
      fc.asyncProperty(uniqueEntries(keys, 60), async (entries) => {
        expect(bytesToHex(trieRoot(entries))).toBe(bytesToHex(await rootOfOtherImplementation(entries)))
      }),
    )
  })

  it('equals EthereumJS on keys of many lengths, one beginning another', async () => {
    const keys = fc
      .array(fc.constantFrom(0x00, 0x01, 0x12), { minLength: 1, maxLength: 6 })
      .map((k) => Uint8Array.from(k))
    await fc.assert(
      fc.asyncProperty(uniqueEntries(keys, 40), async (entries) => {
        expect(bytesToHex(trieRoot(entries))).toBe(bytesToHex(await rootOfOtherImplementation(entries)))
      }),
    )
  })

  it('of lists of every length to 300 equals EthereumJS', async () => {
    const trie = await createMPT()
    const list: Uint8Array[] = []
    for (let index = 0; index < 300; index++) {
      const value = Uint8Array.from({ length: 1 + ((index * 7) % 60) }, (_, i) => (index + i) & 255)
      list.push(value)
      await trie.put(RLP.encode(index), value)
      expect(bytesToHex(orderedTrieRoot(list)), `list of ${list.length}`).toBe(bytesToHex(trie.root()))
    }
  })

  it('refuses a key that comes twice', () => {
    const entry: TrieEntry = [Uint8Array.of(1), Uint8Array.of(1)]
    expect(() => trieRoot([entry, entry])).toThrow('same key')
  })
})

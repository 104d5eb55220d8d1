import { EMPTY_TRIE_ROOT, encodeRlp, type Hash32, hash32, type RlpItem } from '@poai/core'

/** A trie and its nodes that stand by themselves, by their path: one character a nibble. */
export interface BuiltTrie {
  readonly root: Hash32
  readonly nodes: ReadonlyMap<string, Uint8Array>
}

interface Entry {
  readonly nibbles: readonly number[]
  readonly value: Uint8Array
}

const NOTHING = new Uint8Array(0)

function compact(nibbles: readonly number[], isLeaf: boolean): Uint8Array {
  const flag = (isLeaf ? 2 : 0) + (nibbles.length % 2)
  const all = nibbles.length % 2 === 1 ? [flag, ...nibbles] : [flag, 0, ...nibbles]
  return Uint8Array.from({ length: all.length / 2 }, (_, i) => (all[2 * i] ?? 0) * 16 + (all[2 * i + 1] ?? 0))
}

/** Builds the whole trie anew: nothing in common with an incremental trie but the result. */
export function buildTrie(entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[]): BuiltTrie {
  const nodes = new Map<string, Uint8Array>()
  const pathOf = (nibbles: readonly number[]): string => nibbles.map((nibble) => nibble.toString(16)).join('')

  const referenceTo = (item: RlpItem, path: readonly number[]): RlpItem => {
    const encoded = encodeRlp(item)
    if (encoded.length < 32) return item
    nodes.set(pathOf(path), encoded)
    return hash32(encoded)
  }
  const nodeOf = (group: readonly Entry[], path: readonly number[]): RlpItem => {
    const [first] = group
    if (first === undefined) return NOTHING
    const depth = path.length
    if (group.length === 1) return [compact(first.nibbles.slice(depth), true), first.value]
    let shared = depth
    while (group.every(({ nibbles }) => nibbles[shared] === first.nibbles[shared])) shared++
    if (shared > depth) {
      const below = first.nibbles.slice(0, shared)
      return [compact(first.nibbles.slice(depth, shared), false), referenceTo(nodeOf(group, below), below)]
    }
    const children = Array.from({ length: 16 }, (_, nibble) => {
      const below = group.filter(({ nibbles }) => nibbles[depth] === nibble)
      const childPath = [...path, nibble]
      return below.length === 0 ? NOTHING : referenceTo(nodeOf(below, childPath), childPath)
    })
    return [...children, NOTHING]
  }

  if (entries.length === 0) return { root: EMPTY_TRIE_ROOT, nodes }
  const group = entries.map(([key, value]) => ({ nibbles: [...key].flatMap((byte) => [byte >> 4, byte & 15]), value }))
  const encoded = encodeRlp(nodeOf(group, []))
  nodes.set('', encoded)
  return { root: hash32(encoded), nodes }
}

import { type Hash32, hash32 } from './branded.ts'
import { compareBytes, equalBytes } from './bytes.ts'
import { InvariantError } from './errors/invariant-error.ts'
import { encodeRlp, type RlpItem } from './rlp.ts'

/** A key and its value. Keys of one trie may have different lengths; values are not empty. */
export type TrieEntry = readonly [key: Uint8Array, value: Uint8Array]

/** The root of the trie without entries: the hash of the empty string's RLP. */
export const EMPTY_TRIE_ROOT: Hash32 = hash32(encodeRlp(new Uint8Array(0)))

const NOTHING = new Uint8Array(0)

function nibbleAt(key: Uint8Array, index: number): number {
  const byte = key[index >> 1] as number
  return index % 2 === 0 ? byte >> 4 : byte & 15
}

/**
 * Compact encoding of nibbles `from` to `to` of `key` (Yellow Paper, appendix C): a flag nibble, then the nibbles, in
 * whole bytes.
 */
function compactPath(key: Uint8Array, from: number, to: number, isLeaf: boolean): Uint8Array {
  const length = to - from
  const odd = length % 2
  const flag = (isLeaf ? 2 : 0) + odd
  const path = new Uint8Array(1 + (length - odd) / 2)
  path[0] = odd === 1 ? (flag << 4) | nibbleAt(key, from) : flag << 4
  for (let i = 1, at = from + odd; i < path.length; i++, at += 2)
    path[i] = (nibbleAt(key, at) << 4) | nibbleAt(key, at + 1)
  return path
}

/** How many nibbles from `depth` on the first and the last of sorted keys share: so many all of them share. */
function sharedNibbles(first: Uint8Array, last: Uint8Array, depth: number): number {
  const shorter = first.length < last.length ? first.length : last.length
  let at = depth
  while (at < 2 * shorter && nibbleAt(first, at) === nibbleAt(last, at)) at++
  return at - depth
}

/** A node as its parent holds it: itself if its encoding is under 32 bytes, else its hash. */
function referenceTo(node: RlpItem): RlpItem {
  const encoded = encodeRlp(node)
  return encoded.length < 32 ? node : hash32(encoded)
}

function keyOf(entries: readonly TrieEntry[], index: number): Uint8Array {
  return (entries[index] as TrieEntry)[0]
}

function branchNode(entries: readonly TrieEntry[], from: number, to: number, depth: number): RlpItem {
  const children: RlpItem[] = []
  let next = from
  let value: Uint8Array = NOTHING
  if (keyOf(entries, next).length * 2 === depth) value = (entries[next++] as TrieEntry)[1]
  for (let nibble = 0; nibble < 16; nibble++) {
    const start = next
    while (next < to && nibbleAt(keyOf(entries, next), depth) === nibble) next++
    children.push(start === next ? NOTHING : referenceTo(nodeOf(entries, start, next, depth + 1)))
  }
  return [...children, value]
}

/** The node of the sorted entries `from` to `to`, which share their first `depth` nibbles. */
function nodeOf(entries: readonly TrieEntry[], from: number, to: number, depth: number): RlpItem {
  const first = keyOf(entries, from)
  if (to - from === 1) return [compactPath(first, depth, 2 * first.length, true), (entries[from] as TrieEntry)[1]]
  const shared = sharedNibbles(first, keyOf(entries, to - 1), depth)
  if (shared === 0) return branchNode(entries, from, to, depth)
  return [compactPath(first, depth, depth + shared, false), referenceTo(branchNode(entries, from, to, depth + shared))]
}

/**
 * The Merkle Patricia root of a whole set of entries (Yellow Paper, appendix D), each node hashed once.
 * Recursion is bounded by the key length: 64 nibbles for hashed keys.
 */
export function trieRoot(entries: readonly TrieEntry[]): Hash32 {
  if (entries.length === 0) return EMPTY_TRIE_ROOT
  const sorted = [...entries].sort((a, b) => compareBytes(a[0], b[0]))
  for (let i = 1; i < sorted.length; i++) {
    if (equalBytes(keyOf(sorted, i - 1), keyOf(sorted, i)))
      throw new InvariantError('two trie entries have the same key')
  }
  return hash32(encodeRlp(nodeOf(sorted, 0, sorted.length, 0)))
}

/**
 * The root of a list: entry i under the key RLP(i). This is how a header commits to its block's transactions and
 * receipts.
 */
export function orderedTrieRoot(values: readonly Uint8Array[]): Hash32 {
  return trieRoot(values.map((value, index): TrieEntry => [encodeRlp(indexBytes(index)), value]))
}

function indexBytes(index: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = index; rest > 0; rest >>= 8) bytes.unshift(rest & 255)
  return Uint8Array.from(bytes)
}

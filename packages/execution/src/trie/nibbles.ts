import type { NibblePath } from './trie-nodes.ts'

/** The nibble at `index` of a key's path. */
export function nibbleAt(key: Uint8Array, index: number): number {
  const byte = key[index >> 1] as number
  return index % 2 === 0 ? byte >> 4 : byte & 15
}

/** The nibbles `from` to `to` of a key's path. */
export function keyNibbles(key: Uint8Array, from: number, to: number): NibblePath {
  const nibbles = new Uint8Array(to - from)
  for (let i = from; i < to; i++) nibbles[i - from] = nibbleAt(key, i)
  return nibbles
}

/** How many nibbles from the first on `nibbles` and the key's path from `depth` on share. */
export function sharedWithKey(nibbles: NibblePath, key: Uint8Array, depth: number): number {
  let shared = 0
  while (shared < nibbles.length && nibbles[shared] === nibbleAt(key, depth + shared)) shared++
  return shared
}

/** A path with one nibble more at its end. */
export function appendNibble(path: NibblePath, nibble: number): NibblePath {
  const longer = new Uint8Array(path.length + 1)
  longer.set(path)
  longer[path.length] = nibble
  return longer
}

/**
 * Compact encoding (Yellow Paper, appendix C): a flag nibble (2 for a leaf, 1 for odd length), then the nibbles, in
 * whole bytes.
 */
export function encodeCompact(nibbles: NibblePath, isLeaf: boolean): Uint8Array {
  const odd = nibbles.length % 2
  const flag = (isLeaf ? 2 : 0) + odd
  const bytes = new Uint8Array(1 + (nibbles.length - odd) / 2)
  bytes[0] = odd === 1 ? (flag << 4) | (nibbles[0] as number) : flag << 4
  for (let i = 1, at = odd; i < bytes.length; i++, at += 2) {
    bytes[i] = ((nibbles[at] as number) << 4) | (nibbles[at + 1] as number)
  }
  return bytes
}

/** The nibbles of a compact encoding, and whether they end at a leaf. */
export function decodeCompact(bytes: Uint8Array): { readonly nibbles: NibblePath; readonly isLeaf: boolean } {
  const flag = nibbleAt(bytes, 0)
  return { nibbles: keyNibbles(bytes, flag % 2 === 1 ? 1 : 2, 2 * bytes.length), isLeaf: flag >= 2 }
}

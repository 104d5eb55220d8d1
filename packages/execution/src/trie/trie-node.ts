import { decodeRlp, encodeRlp, type RlpItem } from '@poai/core'
import { decodeCompact, encodeCompact } from './nibbles.ts'
import type { NibblePath } from './trie-nodes.ts'

/** The end of a key: what is left of its path, and its value. */
export interface LeafNode {
  readonly kind: 'leaf'
  readonly path: NibblePath
  readonly value: Uint8Array
}

/** A stretch of path that all keys below share. Its child is a branch. */
export interface ExtensionNode {
  readonly kind: 'extension'
  readonly path: NibblePath
  readonly child: Child
}

/** A fork: at least two of its 16 children are there. Keys have one length, so no key ends here. */
export interface BranchNode {
  readonly kind: 'branch'
  readonly children: readonly (Child | undefined)[]
}

/** One node of a Merkle Patricia trie. */
export type TrieNode = LeafNode | ExtensionNode | BranchNode

/**
 * A node as its parent holds it. `reference` stands in the parent's encoding: the node's hash, or the whole node where its encoding
 * has less than 32 bytes. A `node` is new, and not encoded yet.
 */
export type Child = { readonly reference: RlpItem } | { readonly node: TrieNode }

/** Forks have this many children, one for each nibble. */
export const BRANCH_WIDTH = 16

const NOTHING: Uint8Array = new Uint8Array(0)

function isNothing(item: RlpItem): boolean {
  return item instanceof Uint8Array && item.length === 0
}

/** The node that an RLP item holds. Nodes come from our own store, checked against their hashes. */
export function itemToNode(item: RlpItem): TrieNode {
  const members = item as readonly RlpItem[]
  if (members.length === BRANCH_WIDTH + 1) {
    const references = members.slice(0, BRANCH_WIDTH)
    return {
      kind: 'branch',
      children: references.map((reference) => (isNothing(reference) ? undefined : { reference })),
    }
  }
  const { nibbles, isLeaf } = decodeCompact(members[0] as Uint8Array)
  if (isLeaf) return { kind: 'leaf', path: nibbles, value: members[1] as Uint8Array }
  return { kind: 'extension', path: nibbles, child: { reference: members[1] as RlpItem } }
}

/** The node of its encoding. */
export function decodeNode(encoded: Uint8Array): TrieNode {
  return itemToNode(decodeRlp(encoded))
}

/** A node as an RLP item, its children's references given by `referenceOf` (with their nibble, for a branch's). */
export function nodeToItem(
  node: TrieNode,
  referenceOf: (child: Child, nibble: number | undefined) => RlpItem,
): RlpItem {
  if (node.kind === 'leaf') return [encodeCompact(node.path, true), node.value]
  if (node.kind === 'extension') return [encodeCompact(node.path, false), referenceOf(node.child, undefined)]
  const items: RlpItem[] = node.children.map((child, nibble) =>
    child === undefined ? NOTHING : referenceOf(child, nibble),
  )
  items.push(NOTHING)
  return items
}

/** The encoding of a node's item. */
export function encodeItem(item: RlpItem): Uint8Array {
  return encodeRlp(item)
}

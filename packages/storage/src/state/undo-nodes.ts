import { ADDRESS_BYTES, decodeRlp, encodeRlp, type RlpItem, toAddress } from '@poai/core'
import { keyOf } from '../keys.ts'
import { StorageError } from '../storage-error.ts'
import type { TrieOwner } from './state-changes.ts'

/** The trie node that a block replaced; undefined where there was none. */
export interface UndoNode {
  readonly owner: TrieOwner
  readonly path: Uint8Array
  readonly previous: Uint8Array | undefined
}

const NOTHING = new Uint8Array(0)

/** Where a trie node is kept. */
export function trieNodeKey(owner: TrieOwner, path: Uint8Array): Uint8Array {
  return owner === 'accounts' ? keyOf('accountNodes', path) : keyOf('slotNodes', owner, path)
}

/** The nodes that a block replaced: one RLP list `[owner or nothing, path, node before or nothing, owner, …]`. */
export function encodeUndoNodes(nodes: readonly UndoNode[]): Uint8Array {
  return encodeRlp(
    nodes.flatMap(({ owner, path, previous }) => [owner === 'accounts' ? NOTHING : owner, path, previous ?? NOTHING]),
  )
}

function ownerOf(bytes: Uint8Array): TrieOwner {
  return bytes.length === ADDRESS_BYTES ? toAddress(bytes) : 'accounts'
}

/** The nodes of a record that {@link encodeUndoNodes} wrote. */
export function decodeUndoNodes(bytes: Uint8Array): readonly UndoNode[] {
  const items = decodeRlp(bytes)
  if (items instanceof Uint8Array || items.length % 3 !== 0 || !items.every(isString)) {
    throw new StorageError('STORAGE_DAMAGED', 'a record of replaced trie nodes is not one')
  }
  const nodes: UndoNode[] = []
  for (let at = 0; at < items.length; at += 3) {
    const [owner, path, previous] = items.slice(at, at + 3) as [Uint8Array, Uint8Array, Uint8Array]
    nodes.push({ owner: ownerOf(owner), path, previous: previous.length === 0 ? undefined : previous })
  }
  return nodes
}

function isString(item: RlpItem): item is Uint8Array {
  return item instanceof Uint8Array
}

import { bytesToHex, equalBytes, hash32 } from '@poai/core'
import { ExecutionError } from '../state/execution-error.ts'
import { decodeNode, hashOfReference, type NodeReference, type TrieNode } from './trie-node.ts'
import type { NibblePath, TrieNodeReader, TrieOwner } from './trie-nodes.ts'

/** A node that was read, and its own encoding unless it stood inside its parent. */
export interface LoadedNode {
  readonly node: TrieNode
  readonly encoded: Uint8Array | undefined
}

function nameOf(owner: TrieOwner, path: NibblePath): string {
  const nibbles = Array.from(path, (nibble) => nibble.toString(16)).join('')
  return `${owner === 'accounts' ? owner : bytesToHex(owner)}/${nibbles}`
}

/**
 * The node that a reference stands for. A node that is missing or does not match its hash is an `ExecutionError`:
 * otherwise a damaged disk would make this node call good blocks invalid.
 */
export function loadNode(
  reader: TrieNodeReader,
  owner: TrieOwner,
  { path, reference }: { readonly path: NibblePath; readonly reference: NodeReference },
): LoadedNode {
  const expected = hashOfReference(reference)
  if (expected === undefined) return { node: decodeNode(reference), encoded: undefined }
  const encoded = reader.node(owner, path)
  if (encoded === undefined) {
    throw new ExecutionError('EXECUTION_STATE_MISSING', 'a trie node is missing', {
      expected: bytesToHex(expected),
      actual: `nothing at ${nameOf(owner, path)}`,
    })
  }
  const actual = hash32(encoded)
  if (!equalBytes(actual, expected)) {
    throw new ExecutionError('EXECUTION_STATE_DAMAGED', `the trie node at ${nameOf(owner, path)} has another hash`, {
      expected: bytesToHex(expected),
      actual: bytesToHex(actual),
    })
  }
  return { node: decodeNode(encoded), encoded }
}

import { EMPTY_TRIE_ROOT, equalBytes, type Hash32, invariant } from '@poai/core'
import { loadNode } from './load-node.ts'
import { keyNibbles, nibbleAt, sharedWithKey } from './nibbles.ts'
import { type Child, hashReference, type NodeReference, type TrieNode } from './trie-node.ts'
import type { TrieVersion } from './update-trie.ts'

/** What a key holds, and the nodes that show it to somebody who knows only the root. */
export interface KeyProof {
  /** Undefined if the trie has no such key; the nodes show that too. */
  readonly value: Uint8Array | undefined
  /** From the root on; nodes that stand inside their parents are not repeated. */
  readonly nodes: readonly Uint8Array[]
}

/** Where a walk goes on. */
interface Step {
  readonly reference: NodeReference
  readonly depth: number
}

/** What a node that was read says of the key at `depth`: its value, or where to go on. */
function follow(node: TrieNode, key: Hash32, depth: number): Step | Uint8Array | undefined {
  if (node.kind === 'branch') {
    const child = node.children[nibbleAt(key, depth)]
    return child === undefined ? undefined : { reference: referenceOf(child), depth: depth + 1 }
  }
  if (sharedWithKey(node.path, key, depth) < node.path.length) return undefined
  if (node.kind === 'leaf') return node.value
  return { reference: referenceOf(node.child), depth: depth + node.path.length }
}

function referenceOf(child: Child): NodeReference {
  invariant(child instanceof Uint8Array, 'nodes that were read hold references')
  return child
}

/** The proof of one key: the nodes on the way to it. */
export function proveKey({ reader, owner, root }: TrieVersion, key: Hash32): KeyProof {
  const nodes: Uint8Array[] = []
  if (equalBytes(root, EMPTY_TRIE_ROOT)) return { value: undefined, nodes }
  for (let step: Step = { reference: hashReference(root), depth: 0 }; ; ) {
    const { node, encoded } = loadNode(reader, owner, {
      path: keyNibbles(key, 0, step.depth),
      reference: step.reference,
    })
    if (encoded !== undefined) nodes.push(encoded)
    const next = follow(node, key, step.depth)
    if (next === undefined || next instanceof Uint8Array) return { value: next, nodes }
    step = next
  }
}

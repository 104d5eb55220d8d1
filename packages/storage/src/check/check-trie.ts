import { decodeRlp, EMPTY_TRIE_ROOT, equalBytes, type Hash32, hash32, type RlpItem } from '@poai/core'
import type { TrieOwner } from '../state/state-changes.ts'
import { trieNodeKey } from '../state/undo-nodes.ts'
import type { SyncReader } from '../store/store.ts'
import { EntrySum } from './entry-sum.ts'
import type { FaultReport } from './fault.ts'

/** Which trie to walk. */
export interface CheckedTrie {
  readonly owner: TrieOwner
  readonly root: Hash32
}

/** What a walk found. */
export interface TrieWalk {
  /** Of all leaves: hashed key and value. */
  readonly leaves: EntrySum
  /** Nodes that stand by themselves. */
  nodes: number
}

const KEY_NIBBLES = 64

/** Walks a whole trie from its root: every node must be there under its path, with the hash that its parent holds. */
export function walkTrie(reader: SyncReader, report: FaultReport, { owner, root }: CheckedTrie): TrieWalk {
  const walk: TrieWalk = { leaves: new EntrySum(), nodes: 0 }
  const path: number[] = []

  const visitReference = (reference: RlpItem): void => {
    if (report.isFull()) return
    if (!(reference instanceof Uint8Array)) {
      visitNode(reference)
      return
    }
    const key = trieNodeKey(owner, Uint8Array.from(path))
    const encoded = reader.getSync(key)
    if (encoded === undefined) {
      report.add('missing', 'a trie node is not there', key)
      return
    }
    walk.nodes++
    if (!equalBytes(hash32(encoded), reference)) {
      report.add('wrong-hash', 'a trie node is not the one that its parent names', key)
      return
    }
    visitNode(decodeRlp(encoded))
  }
  const visitAt = (nibbles: readonly number[], visit: () => void): void => {
    path.push(...nibbles)
    if (path.length <= KEY_NIBBLES) visit()
    else report.add('wrong-root', 'a trie is deeper than its keys are long', trieNodeKey(owner, new Uint8Array(0)))
    path.length -= nibbles.length
  }
  const visitNode = (node: RlpItem): void => {
    if (node instanceof Uint8Array) return
    if (node.length === 17) {
      node.slice(0, 16).forEach((child, nibble) => {
        if (!(child instanceof Uint8Array && child.length === 0)) visitAt([nibble], () => visitReference(child))
      })
      return
    }
    const { nibbles, isLeaf } = compactToNibbles(node[0] as Uint8Array)
    const child = node[1] as RlpItem
    visitAt(nibbles, () => {
      if (!isLeaf) visitReference(child)
      else walk.leaves.add(nibblesToBytes(path), child as Uint8Array)
    })
  }

  if (!equalBytes(root, EMPTY_TRIE_ROOT)) visitReference(root)
  return walk
}

/** Compact encoding of a path (Yellow Paper, appendix C). */
function compactToNibbles(compact: Uint8Array): { readonly nibbles: readonly number[]; readonly isLeaf: boolean } {
  const nibbles = [...compact].flatMap((byte) => [byte >> 4, byte & 15])
  const flag = nibbles[0] ?? 0
  return { nibbles: nibbles.slice(flag % 2 === 1 ? 1 : 2), isLeaf: flag >= 2 }
}

function nibblesToBytes(nibbles: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(nibbles.length >> 1)
  for (let i = 0; i < bytes.length; i++) bytes[i] = ((nibbles[2 * i] as number) << 4) | (nibbles[2 * i + 1] as number)
  return bytes
}

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

/** Nodes between two pauses: some milliseconds of work. */
const NODES_PER_PAUSE = 2048

/** What a walk is done with. */
export interface TrieWalker {
  readonly reader: SyncReader
  readonly report: FaultReport
  /** Lets others have their turn now and then; rejects if the check is to end. */
  readonly pause: () => Promise<void>
}

/** A part of a trie that is still to be looked at. */
interface Branch {
  readonly path: readonly number[]
  /** A node's hash, or the node itself where it is shorter than that. */
  readonly reference: RlpItem
}

/** Walks a whole trie from its root: every node must be there under its path, with the hash that its parent holds. */
export async function walkTrie(walker: TrieWalker, { owner, root }: CheckedTrie): Promise<TrieWalk> {
  const { report, pause } = walker
  const walk: TrieWalk = { leaves: new EntrySum(), nodes: 0 }
  const open: Branch[] = equalBytes(root, EMPTY_TRIE_ROOT) ? [] : [{ path: [], reference: root }]
  for (let branch = open.pop(); branch !== undefined && !report.isFull(); branch = open.pop()) {
    const { path, reference } = branch
    const node = reference instanceof Uint8Array ? readNode(walker, { owner, path, hash: reference }, walk) : reference
    if (reference instanceof Uint8Array && walk.nodes % NODES_PER_PAUSE === 0) await pause()
    if (node === undefined || node instanceof Uint8Array) continue
    for (const child of childrenOf(node).toReversed()) {
      const childPath = [...path, ...child.nibbles]
      if (childPath.length > KEY_NIBBLES)
        report.add('wrong-root', 'a trie is deeper than its keys are long', trieNodeKey(owner, new Uint8Array(0)))
      else if (child.isLeaf) walk.leaves.add(nibblesToBytes(childPath), child.item as Uint8Array)
      else open.push({ path: childPath, reference: child.item })
    }
  }
  return walk
}

function readNode(
  { reader, report }: TrieWalker,
  { owner, path, hash }: { readonly owner: TrieOwner; readonly path: readonly number[]; readonly hash: Uint8Array },
  walk: TrieWalk,
): RlpItem | undefined {
  const key = trieNodeKey(owner, Uint8Array.from(path))
  const encoded = reader.getSync(key)
  if (encoded === undefined) {
    report.add('missing', 'a trie node is not there', key)
    return undefined
  }
  walk.nodes++
  if (equalBytes(hash32(encoded), hash)) return decodeRlp(encoded)
  report.add('wrong-hash', 'a trie node is not the one that its parent names', key)
  return undefined
}

interface Child {
  readonly nibbles: readonly number[]
  readonly isLeaf: boolean
  /** A leaf's value, or a reference. */
  readonly item: RlpItem
}

/** What a branch, an extension or a leaf leads to. */
function childrenOf(node: readonly RlpItem[]): readonly Child[] {
  if (node.length === 17) {
    return node
      .slice(0, 16)
      .map((item, nibble) => ({ nibbles: [nibble], isLeaf: false, item }))
      .filter(({ item }) => !(item instanceof Uint8Array && item.length === 0))
  }
  return [{ ...compactToNibbles(node[0] as Uint8Array), item: node[1] as RlpItem }]
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

import { compareBytes, EMPTY_TRIE_ROOT, equalBytes, type Hash32, hash32, invariant } from '@poai/core'
import { bytesToKey, keyToBytes } from '../state/byte-key.ts'
import { loadNode } from './load-node.ts'
import { appendNibble, keyNibbles, nibbleAt, sharedWithKey } from './nibbles.ts'
import {
  BRANCH_WIDTH,
  type BranchNode,
  type Child,
  type ExtensionNode,
  encodeNode,
  hashReference,
  type LeafNode,
  referenceTo,
  type TrieNode,
} from './trie-node.ts'
import type { NibblePath, TrieNodeChange, TrieNodeReader, TrieOwner } from './trie-nodes.ts'

/** A key and what it is to hold: undefined takes it out. */
export interface TrieUpdate {
  /** 32 bytes: keys are hashed before they get here. */
  readonly key: Hash32
  readonly value: Uint8Array | undefined
}

/** The trie that updates apply to. */
export interface TrieVersion {
  readonly reader: TrieNodeReader
  readonly owner: TrieOwner
  readonly root: Hash32
}

/** The trie after its updates. */
export interface UpdatedTrie {
  readonly root: Hash32
  /** Sorted by path. */
  readonly changes: readonly TrieNodeChange[]
}

/** Nibbles of a 32-byte key: the depth of the deepest leaf, and so the bound on every recursion here. */
const KEY_NIBBLES = 64
const EMPTY_PATH: NibblePath = new Uint8Array(0)

function joinNibbles(...parts: readonly NibblePath[]): NibblePath {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/**
 * One pass over one trie. Only nodes on the way to changed keys are read, and each is encoded and hashed once, at the
 * end.
 */
class TrieUpdater {
  private readonly version: TrieVersion
  private readonly updates: readonly TrieUpdate[]
  /** Encodings of nodes that were read and will not stay as they are, by path. */
  private readonly replaced = new Map<string, Uint8Array>()
  private readonly written = new Map<string, Uint8Array>()

  constructor(version: TrieVersion, updates: readonly TrieUpdate[]) {
    this.version = version
    this.updates = updates
  }

  run(): UpdatedTrie {
    const { root } = this.version
    const before = equalBytes(root, EMPTY_TRIE_ROOT) ? undefined : hashReference(root)
    const after = this.updateChild(before, 0, { from: 0, to: this.updates.length })
    const newRoot = after === undefined ? EMPTY_TRIE_ROOT : this.writeRoot(after)
    return { root: newRoot, changes: this.changes() }
  }

  private keyAt(index: number): Hash32 {
    return (this.updates[index] as TrieUpdate).key
  }

  /** Reads the node at `path`; where it stands by itself, it will be replaced. */
  private take(child: Child, path: NibblePath): TrieNode {
    if (!(child instanceof Uint8Array)) return child
    const { node, encoded } = loadNode(this.version.reader, this.version.owner, { path, reference: child })
    if (encoded !== undefined) this.replaced.set(bytesToKey(path), encoded)
    return node
  }

  /** The child after the updates of `range`, which all pass through it at `depth`. */
  private updateChild(child: Child | undefined, depth: number, range: Range): TrieNode | undefined {
    if (child === undefined) return this.build(depth, range, undefined)
    const node = this.take(child, keyNibbles(this.keyAt(range.from), 0, depth))
    if (node.kind === 'leaf') return this.build(depth, range, node)
    if (node.kind === 'branch') return this.updateBranch(node, depth, range)
    return this.updateExtension(node, depth, range)
  }

  private updateBranch(branch: BranchNode, depth: number, range: Range): TrieNode | undefined {
    const children = [...branch.children]
    for (let next = range.from; next < range.to; ) {
      const nibble = nibbleAt(this.keyAt(next), depth)
      const from = next
      while (next < range.to && nibbleAt(this.keyAt(next), depth) === nibble) next++
      children[nibble] = this.updateChild(children[nibble], depth + 1, { from, to: next })
    }
    return this.collapse(children, keyNibbles(this.keyAt(range.from), 0, depth))
  }

  /** A branch with one child left is no branch: the child takes its place, with the child's nibble before its path. */
  private collapse(children: readonly (Child | undefined)[], path: NibblePath): TrieNode | undefined {
    const first = children.findIndex((child) => child !== undefined)
    if (first === -1) return undefined
    if (children.some((child, nibble) => child !== undefined && nibble > first)) return { kind: 'branch', children }
    const child = children[first] as Child
    const nibbles = Uint8Array.of(first)
    if (!(child instanceof Uint8Array)) return prepend(nibbles, child, child)
    const childPath = appendNibble(path, first)
    const node = this.take(child, childPath)
    // A branch keeps its place after an extension.
    if (node.kind === 'branch') this.replaced.delete(bytesToKey(childPath))
    return prepend(nibbles, node, child)
  }

  private updateExtension(extension: ExtensionNode, depth: number, range: Range): TrieNode | undefined {
    const { path, child } = extension
    const ofFirst = sharedWithKey(path, this.keyAt(range.from), depth)
    const ofLast = sharedWithKey(path, this.keyAt(range.to - 1), depth)
    // Keys are sorted: what the first and the last share with the path, those between share too.
    const shared = ofFirst < ofLast ? ofFirst : ofLast
    if (shared === path.length) {
      const below = this.updateChild(child, depth + shared, range)
      return below === undefined ? undefined : prepend(path, below, below)
    }
    const rest = path.subarray(shared + 1)
    const children: (Child | undefined)[] = new Array(BRANCH_WIDTH).fill(undefined)
    children[path[shared] as number] = rest.length === 0 ? child : { kind: 'extension', path: rest, child }
    const fork = this.updateBranch({ kind: 'branch', children }, depth + shared, range)
    return fork === undefined ? undefined : prepend(path.subarray(0, shared), fork, fork)
  }

  /** A new subtree of the values in `range`, and of the leaf that was there unless an update names its key. */
  private build(depth: number, range: Range, leaf: LeafNode | undefined): TrieNode | undefined {
    const entries: Entry[] = []
    for (let index = range.from; index < range.to; index++) {
      const { key, value } = this.updates[index] as TrieUpdate
      if (value !== undefined) entries.push({ path: keyNibbles(key, depth, KEY_NIBBLES), value })
    }
    if (leaf === undefined || this.names(leaf.path, depth, range)) return nodeOfEntries(entries, 0)
    const at = entries.findIndex((entry) => compareBytes(leaf.path, entry.path) < 0)
    entries.splice(at === -1 ? entries.length : at, 0, leaf)
    return nodeOfEntries(entries, 0)
  }

  private names(path: NibblePath, depth: number, { from, to }: Range): boolean {
    for (let index = from; index < to; index++) {
      if (sharedWithKey(path, this.keyAt(index), depth) === path.length) return true
    }
    return false
  }

  /** The root stands by itself, however small it is. */
  private writeRoot(node: TrieNode): Hash32 {
    const encoded = this.encode(node, EMPTY_PATH)
    this.written.set('', encoded)
    return hash32(encoded)
  }

  /** Encodes a new node and all new nodes below it. */
  private encode(node: TrieNode, path: NibblePath): Uint8Array {
    return encodeNode(node, (child, nibble) => {
      if (child instanceof Uint8Array) return child
      const below = nibble === undefined ? (node as ExtensionNode).path : Uint8Array.of(nibble)
      const childPath = joinNibbles(path, below)
      const encoded = this.encode(child, childPath)
      const reference = referenceTo(encoded)
      if (reference !== encoded) this.written.set(bytesToKey(childPath), encoded)
      return reference
    })
  }

  private changes(): readonly TrieNodeChange[] {
    const { owner } = this.version
    const paths = [...new Set([...this.replaced.keys(), ...this.written.keys()])].sort()
    return paths
      .map((path) => ({
        owner,
        path: keyToBytes(path),
        previous: this.replaced.get(path),
        next: this.written.get(path),
      }))
      .filter(({ previous, next }) => previous === undefined || next === undefined || !equalBytes(previous, next))
  }
}

/** Updates `from` (included) to `to` (not included). */
interface Range {
  readonly from: number
  readonly to: number
}

interface Entry {
  readonly path: NibblePath
  readonly value: Uint8Array
}

/**
 * `node` (held as `child`) with nibbles before it: merged into its own path, or as an extension where it is a branch.
 */
function prepend(nibbles: NibblePath, node: TrieNode, child: Child): TrieNode {
  if (nibbles.length === 0) return node
  if (node.kind === 'branch') return { kind: 'extension', path: nibbles, child }
  return { ...node, path: joinNibbles(nibbles, node.path) }
}

/** The node of sorted entries, each path from `depth` on. */
function nodeOfEntries(entries: readonly Entry[], depth: number): TrieNode | undefined {
  const [first] = entries
  if (first === undefined) return undefined
  if (entries.length === 1) return { kind: 'leaf', path: first.path.subarray(depth), value: first.value }
  const last = (entries.at(-1) as Entry).path
  let fork = depth
  while (first.path[fork] === last[fork]) fork++
  const children: (Child | undefined)[] = new Array(BRANCH_WIDTH).fill(undefined)
  for (let next = 0; next < entries.length; ) {
    const nibble = (entries[next] as Entry).path[fork] as number
    const from = next
    while (next < entries.length && (entries[next] as Entry).path[fork] === nibble) next++
    children[nibble] = nodeOfEntries(entries.slice(from, next), fork + 1)
  }
  const branch: BranchNode = { kind: 'branch', children }
  return prepend(first.path.subarray(depth, fork), branch, branch)
}

/**
 * The trie after `updates`, sorted by key, each key once: the canonical Merkle Patricia trie of its entries, whatever
 * the order of history. Reads and hashes only nodes on the way to a changed key, or beside a removed one; memory is
 * proportional to those.
 */
export function updateTrie(version: TrieVersion, updates: readonly TrieUpdate[]): UpdatedTrie {
  if (updates.length === 0) return { root: version.root, changes: [] }
  for (let i = 1; i < updates.length; i++) {
    const order = compareBytes((updates[i - 1] as TrieUpdate).key, (updates[i] as TrieUpdate).key)
    invariant(order < 0, 'trie updates are sorted, each key once')
  }
  return new TrieUpdater(version, updates).run()
}

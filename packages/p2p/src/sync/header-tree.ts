import { blockLocator, type ChainContext, type LocatorEntry } from '@poai/consensus'
import { bytesToHex, type Hash32, type Header, type Hex, invariant } from '@poai/core'

/** Headers held at one time, two kilobytes each: a branch that is being imported, and what strangers show meanwhile. */
export const MAX_TREE_HEADERS = 65_536
/** Hashes of headers whose replay failed, so that the same chain under another name costs no second replay. */
const MAX_CONDEMNED = 4096

/**
 * A header that peers showed and the chain does not have. It keeps all rules of headers; its claimed work is only a
 * claim.
 */
export interface TreeNode {
  readonly header: Header
  readonly hash: Hash32
  /** The work of the chain that ends before it. */
  readonly before: ChainContext
  /** The work of the chain that ends with it. */
  readonly context: ChainContext
  /** Undefined if the chain has the block before it. */
  readonly parent: TreeNode | undefined
  /** A replay confirmed what the header says. */
  readonly isReplayed: boolean
  /** The branch that ends with it was sampled: its work was done, as far as a sample can tell. */
  readonly isSampled: boolean
}

interface Node extends TreeNode {
  parent: Node | undefined
  isReplayed: boolean
  isSampled: boolean
  readonly children: Set<Node>
}

/**
 * The headers that peers showed, by hash, whoever showed them: a chain that one peer showed is not downloaded again
 * from the next.
 */
export class HeaderTree {
  readonly #nodes = new Map<Hex, Node>()
  readonly #condemned = new Set<Hex>()
  readonly #limit: number

  constructor(limit: number = MAX_TREE_HEADERS) {
    this.#limit = limit
  }

  get size(): number {
    return this.#nodes.size
  }

  /** How many more headers there is room for. */
  get room(): number {
    return this.#limit - this.#nodes.size
  }

  get(hash: Hash32): TreeNode | undefined {
    return this.#nodes.get(bytesToHex(hash))
  }

  /** True for a header whose work was forged, or that descends from one. */
  isCondemned(hash: Hash32): boolean {
    return this.#condemned.has(bytesToHex(hash))
  }

  /** Puts a header after its parent, which is here or in the chain. The same header twice is one. */
  add(header: Header, before: ChainContext, context: ChainContext): TreeNode {
    const name = bytesToHex(context.hash)
    const known = this.#nodes.get(name)
    if (known !== undefined) return known
    invariant(this.room > 0, 'whoever adds headers asks for room first')
    const parent = this.#nodes.get(bytesToHex(before.hash))
    const node: Node = {
      ...{ header, hash: context.hash, before, context, parent, children: new Set<Node>() },
      ...{ isReplayed: false, isSampled: false },
    }
    parent?.children.add(node)
    this.#nodes.set(name, node)
    return node
  }

  markReplayed({ hash }: TreeNode): void {
    const node = this.#nodes.get(bytesToHex(hash))
    if (node !== undefined) node.isReplayed = true
  }

  /** The branch that ends with it has passed its sample. */
  markSampled({ hash }: TreeNode): void {
    let node = this.#nodes.get(bytesToHex(hash))
    for (; node !== undefined && !node.isSampled; node = node.parent) node.isSampled = true
  }

  /** Removes a header and its descendants for good. */
  condemn({ hash }: TreeNode): void {
    const node = this.#nodes.get(bytesToHex(hash))
    for (const each of node === undefined ? [] : subtree(node)) {
      const name = bytesToHex(each.hash)
      this.#condemned.delete(name)
      this.#condemned.add(name)
    }
    // The ones that were added last are at the end of their chains: the first ones matter.
    while (this.#condemned.size > MAX_CONDEMNED) {
      const [oldest] = this.#condemned
      if (oldest !== undefined) this.#condemned.delete(oldest)
    }
    if (node !== undefined) this.#remove(subtree(node))
  }

  /** Removes a header and its descendants; they may come again. */
  drop({ hash }: TreeNode): void {
    const node = this.#nodes.get(bytesToHex(hash))
    if (node !== undefined) this.#remove(subtree(node))
  }

  /** Removes what the chain has by now; descendants stay. */
  forgetStored(isStored: (hash: Hash32) => boolean): void {
    const roots = [...this.#nodes.values()].filter(({ parent }) => parent === undefined)
    for (let node = roots.pop(); node !== undefined; node = roots.pop()) {
      if (!isStored(node.hash)) continue
      for (const child of node.children) {
        child.parent = undefined
        roots.push(child)
      }
      this.#nodes.delete(bytesToHex(node.hash))
    }
  }

  /** Removes the headers that lead to none of these. */
  keepOnly(ends: Iterable<TreeNode>): void {
    const kept = new Set<TreeNode>()
    for (const end of ends) {
      let node = this.get(end.hash)
      for (; node !== undefined && !kept.has(node); node = node.parent) kept.add(node)
    }
    if (kept.size === this.#nodes.size) return
    this.#remove([...this.#nodes.values()].filter((node) => !kept.has(node)))
  }

  #remove(nodes: readonly Node[]): void {
    for (const node of nodes) {
      node.parent?.children.delete(node)
      this.#nodes.delete(bytesToHex(node.hash))
    }
  }
}

function subtree(root: Node): readonly Node[] {
  const nodes: Node[] = [root]
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]
    if (node !== undefined) nodes.push(...node.children)
  }
  return nodes
}

/** From the first header that the chain does not have up to this one. */
export function branchTo(tip: TreeNode): readonly TreeNode[] {
  const nodes: TreeNode[] = []
  for (let node: TreeNode | undefined = tip; node !== undefined; node = node.parent) nodes.push(node)
  return nodes.reverse()
}

/** The headers of the branch after the last sampled one, in order. */
export function unsampledTo(tip: TreeNode): readonly TreeNode[] {
  const nodes: TreeNode[] = []
  for (let node: TreeNode | undefined = tip; node !== undefined && !node.isSampled; node = node.parent) nodes.push(node)
  return nodes.reverse()
}

/** The end of what was sampled of the branch; undefined if nothing was. */
export function sampledPartOf(tip: TreeNode): TreeNode | undefined {
  let node: TreeNode | undefined = tip
  while (node !== undefined && !node.isSampled) node = node.parent
  return node
}

/** True if the branch that ends with `tip` goes through `node`, or ends with it. */
export function leadsThrough(tip: TreeNode, node: TreeNode): boolean {
  let at: TreeNode | undefined = tip
  while (at !== undefined && at.context.number > node.context.number) at = at.parent
  return at === node
}

/** Names the blocks of a branch, newest first: dense at its end, then sparser. */
export function branchLocator(tip: TreeNode): readonly LocatorEntry[] {
  const nodes = branchTo(tip)
  const entries = blockLocator(BigInt(nodes.length - 1), (index) => (nodes[Number(index)] ?? tip).hash)
  return entries.map(({ number, hash }) => ({ number: (nodes[Number(number)] ?? tip).context.number, hash }))
}

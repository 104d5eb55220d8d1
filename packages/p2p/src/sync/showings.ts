import { bytesToHex } from '@poai/core'
import type { Peer } from '../peers/peer.ts'
import { type HeaderTree, leadsThrough, type TreeNode } from './header-tree.ts'

/** How a branch ends: with all that its peer has, or cut where more does not fit into memory. */
export type BranchEnd = 'complete' | 'cut'

/** Which peer showed which branch. */
export class Showings {
  readonly #tree: HeaderTree
  readonly #shown = new Map<string, TreeNode>()
  readonly #ends = new WeakMap<TreeNode, BranchEnd>()

  constructor(tree: HeaderTree) {
    this.#tree = tree
  }

  /** The end of what the peer showed, as long as the tree has it. */
  of(peerId: string): TreeNode | undefined {
    const node = this.#shown.get(peerId)
    return node !== undefined && this.#tree.get(node.hash) === node ? node : undefined
  }

  show(peerId: string, node: TreeNode): void {
    this.#shown.set(peerId, node)
  }

  peers(): Iterable<string> {
    return [...this.#shown.keys()]
  }

  forget(peerId: string): void {
    this.#shown.delete(peerId)
  }

  /** Nothing follows it for now. */
  end(node: TreeNode, how: BranchEnd): void {
    this.#ends.set(node, how)
  }

  endOf(node: TreeNode): BranchEnd | undefined {
    return this.#ends.get(node)
  }

  /** The peers that showed a header or a descendant of it. */
  bringersOf(node: TreeNode, peers: readonly Peer[]): readonly Peer[] {
    return peers.filter(({ id }) => {
      const tip = this.of(id)
      return tip !== undefined && leadsThrough(tip, node)
    })
  }

  /** The ends of what was shown by anybody. */
  tips(): readonly TreeNode[] {
    const tips = new Map<string, TreeNode>()
    for (const peerId of this.#shown.keys()) {
      const tip = this.of(peerId)
      if (tip === undefined) this.#shown.delete(peerId)
      else tips.set(bytesToHex(tip.hash), tip)
    }
    return [...tips.values()]
  }
}

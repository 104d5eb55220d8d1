import type { NetworkTrust } from '@poai/core'
import { sampledPartOf, type TreeNode } from './header-tree.ts'
import type { BranchEnd } from './showings.ts'

/** What the choice looks at. */
export interface BranchChoice {
  /** Ends of what peers showed. */
  readonly tips: readonly TreeNode[]
  /** How a branch ends that nobody is extending; undefined for others. */
  endOf(node: TreeNode): BranchEnd | undefined
  /** The work of our own chain. */
  readonly ownWork: bigint
  readonly trust: NetworkTrust
  /** True for a header that stopped an import recently. */
  isHeld(node: TreeNode): boolean
}

/**
 * The heaviest sampled branch that is heavier than our chain and has at least the network's minimum work, unless ours
 * has it: a chain that is cut because it does not fit into memory must be followed to be known.
 */
export function chooseBranch({ tips, endOf, ownWork, trust, isHeld }: BranchChoice): TreeNode | undefined {
  const isEnough = (node: TreeNode): boolean =>
    node.context.totalWork > ownWork &&
    (ownWork >= trust.minimumWork || node.context.totalWork >= trust.minimumWork || endOf(node) === 'cut')
  const ends = tips
    .map((tip) => lastEndOf(tip, endOf))
    .filter((end) => end !== undefined)
    .sort((a, b) => (a.context.totalWork < b.context.totalWork ? 1 : -1))
  return ends.find((end) => isEnough(end) && !isAnyHeld(end, isHeld))
}

/**
 * The end of the sampled part, once nobody extends the branch; else the last place before it at which the branch ended
 * once.
 */
function lastEndOf(tip: TreeNode, endOf: BranchChoice['endOf']): TreeNode | undefined {
  const sampled = sampledPartOf(tip)
  for (let node: TreeNode | undefined = tip; node !== sampled; node = node?.parent) {
    // What could not be sampled, for instance by a node without an engine, stops nobody from following what is trusted.
    if (node !== undefined && endOf(node) !== undefined) return sampled
  }
  let node = sampled
  while (node !== undefined && endOf(node) === undefined) node = node.parent
  return node
}

function isAnyHeld(end: TreeNode, isHeld: BranchChoice['isHeld']): boolean {
  for (let node: TreeNode | undefined = end; node !== undefined; node = node.parent) if (isHeld(node)) return true
  return false
}

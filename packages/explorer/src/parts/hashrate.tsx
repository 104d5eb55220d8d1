import type { NodeStatusJson } from '@poai/api/client'
import type { VNode } from 'preact'
import { Figure } from './fields.tsx'

/** Exams a second of the node's own miner, and what it is doing. */
export function Hashrate({ node }: { readonly node: NodeStatusJson | undefined }): VNode {
  const rate = node?.miner?.attemptsPerSecond ?? 0
  return (
    <Figure
      name="Hashrate of this node"
      value={node && `${rate.toFixed(0)} / s`}
      note={node && (node.miner?.state ?? 'does not mine')}
    />
  )
}

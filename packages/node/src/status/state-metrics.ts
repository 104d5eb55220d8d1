import type { MetricRow } from '../metrics/metric.ts'
import { NODE_STATES, type NodeState } from './node-state.ts'

/** What a node is and does. */
export interface NodeFigures {
  /** The labels of `poai_node_info`. */
  readonly info: Readonly<Record<'version' | 'network' | 'role' | 'model' | 'domain', string>>
  readonly state: NodeState
}

/** The node as a whole. */
export const STATE_ROWS: readonly MetricRow<NodeFigures>[] = [
  {
    name: 'poai_node_info',
    kind: 'gauge',
    help: '1, with a description of this node in its labels',
    labels: ['version', 'network', 'role', 'model', 'domain'],
    read: ({ info }) => [{ labels: info, value: 1 }],
  },
  {
    name: 'poai_node_state',
    kind: 'gauge',
    help: '1 for the present state of the node, 0 for all others',
    labels: ['state'],
    read: ({ state }) => NODE_STATES.map((name) => ({ labels: { state: name }, value: name === state.name ? 1 : 0 })),
  },
]

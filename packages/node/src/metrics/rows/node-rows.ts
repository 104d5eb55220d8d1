import type { NodeStateName } from '../../status/node-status.ts'
import { byLabel, type MetricRow } from '../metric-row.ts'

const STATES: readonly NodeStateName[] = [
  'opening',
  'loading',
  'self-test',
  'joining',
  'no-peers',
  'syncing',
  'mining',
  'following',
  'abstaining',
  'stopping',
  'stopped',
]

/** What the node as a whole says of itself. */
export const NODE_ROWS: readonly MetricRow[] = [
  {
    name: 'poai_node_info',
    kind: 'gauge',
    help: '1, with what this node is in its labels',
    labels: ['version', 'network', 'role', 'model', 'domain'],
    read: ({ status: { version, network, role, model } }) => [
      { labels: { version, network: network.name, role, model: model.name, domain: model.domain }, value: 1 },
    ],
  },
  {
    name: 'poai_node_state',
    kind: 'gauge',
    help: '1 for what the node does, 0 for what it does not',
    labels: ['state'],
    read: ({ status }) => STATES.map((state) => ({ labels: { state }, value: state === status.state.name ? 1 : 0 })),
  },
  {
    name: 'poai_node_uptime_seconds',
    kind: 'gauge',
    help: 'Since the start',
    read: ({ status }) => status.uptimeSeconds,
  },
  {
    name: 'poai_node_memory_bytes',
    kind: 'gauge',
    help: 'Resident memory of the node with its engine workers',
    read: ({ status }) => status.memoryBytes,
  },
  {
    name: 'poai_node_event_loop_delay_seconds',
    kind: 'gauge',
    help: 'How late the event loop was in the last ten seconds',
    labels: ['statistic'],
    read: ({ loop }) => byLabel('statistic', { mean: loop.mean, p99: loop.p99, max: loop.max }),
  },
]

import type { EventLoopDelay } from '../lifecycle/event-loop-watch.ts'
import type { Health } from '../metrics/metrics-server.ts'
import type { NodeState, NodeStateName } from './node-state.ts'

/** States in which a node's answers are those of its network. */
const READY_STATES: ReadonlySet<NodeStateName> = new Set(['mining', 'following'])
/** A node whose event loop is this late for ten seconds answers nobody. */
const STUCK_SECONDS = 5

/**
 * Whether the process should be left running. Troubles that pass, or that a restart would not cure, are no reason to
 * end it.
 */
export function isAlive({ name }: NodeState, { p99 }: EventLoopDelay): Health {
  if (name === 'stopped') return { isWell: false, text: name }
  return p99 < STUCK_SECONDS ? { isWell: true, text: name } : { isWell: false, text: `${name}, too busy to answer` }
}

/** Whether clients should be sent here: the node is up, judges blocks, and has caught up. */
export function isReady({ name, detail }: NodeState): Health {
  return { isWell: READY_STATES.has(name), text: detail === undefined ? name : `${name}: ${detail}` }
}

import type { EventLoopDelay } from '../lifecycle/event-loop-watch.ts'
import type { Health } from '../metrics/metrics-server.ts'
import type { NodeState, NodeStateName } from './node-state.ts'

/** States in which a node answers for the chain as its network has it. */
const READY_STATES: ReadonlySet<NodeStateName> = new Set(['mining', 'following'])
/** A node whose event loop is so late for ten seconds answers nobody. */
const STUCK_SECONDS = 5

/**
 * Whether it is of use to let the process go on. Its own troubles that pass, or that a new start would not cure, are
 * none.
 */
export function isAlive({ name }: NodeState, { p99 }: EventLoopDelay): Health {
  if (name === 'stopped') return { isWell: false, text: name }
  return p99 < STUCK_SECONDS ? { isWell: true, text: name } : { isWell: false, text: `${name}, too busy to answer` }
}

/** Whether it is of use to send clients here: it is up, judges blocks, and has caught up. */
export function isReady({ name, detail }: NodeState): Health {
  return { isWell: READY_STATES.has(name), text: detail === undefined ? name : `${name}: ${detail}` }
}

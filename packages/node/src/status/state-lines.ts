import { defined, type Logger } from '@poai/core'
import type { NodeState, NodeStateName } from './node-state.ts'

/** What the log says when the node enters a state; undefined where a wing says more. */
const STATE_LINES: Readonly<Record<NodeStateName, string | undefined>> = {
  opening: 'Opening the database',
  loading: undefined,
  'self-test': 'Computing the network’s recorded exams',
  joining: undefined,
  'no-peers': 'Waiting for peers',
  syncing: 'Catching up with the network',
  mining: 'Mining',
  following: 'Following the chain',
  abstaining: undefined,
  stopping: 'Stopping',
  stopped: 'Stopped',
}

/** Logs a state if it differs from the one of the last call. */
export function createStateLines({ logger }: { readonly logger: Logger }): (state: NodeState) => void {
  let shown: NodeStateName | undefined
  return ({ name, detail }) => {
    if (name === shown) return
    shown = name
    const line = STATE_LINES[name]
    if (line !== undefined) logger.info(line, defined({ detail }))
  }
}

import { byLabel, type MetricRow } from '../metric-row.ts'

/** Replays, and the workers that compute them. */
export const ENGINE_ROWS: readonly MetricRow[] = [
  {
    name: 'poai_replays_total',
    kind: 'counter',
    help: 'Blocks whose work was computed again, by the outcome',
    labels: ['outcome'],
    read: ({ status: { replays } }) =>
      byLabel('outcome', {
        valid: replays.total - replays.failed,
        failed: replays.failed,
        undecided: replays.undecided,
      }),
  },
  {
    name: 'poai_engine_workers',
    kind: 'gauge',
    help: 'Worker processes of the engine, by what they do',
    labels: ['state'],
    read: ({ status: { engine } }) => {
      const counts = { starting: 0, idle: 0, busy: 0, waiting: 0, retired: 0 }
      for (const { state } of engine?.workers ?? []) counts[state]++
      return byLabel('state', counts)
    },
  },
  {
    name: 'poai_engine_queued_requests',
    kind: 'gauge',
    help: 'Evaluations that wait for a worker',
    labels: ['priority'],
    read: ({ status: { engine } }) => byLabel('priority', { ...(engine?.queued ?? { verify: 0, mine: 0 }) }),
  },
  {
    name: 'poai_engine_evaluations_total',
    kind: 'counter',
    help: 'Evaluations that were answered',
    read: ({ status }) => status.engine?.evaluations ?? 0,
  },
  {
    name: 'poai_engine_crashes_total',
    kind: 'counter',
    help: 'Workers that died without being asked to',
    read: ({ status }) => status.engine?.crashes ?? 0,
  },
]

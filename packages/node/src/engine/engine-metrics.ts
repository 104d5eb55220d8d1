import type { Subscribe } from '@poai/core'
import type { EngineStatus } from '@poai/inference'
import { byLabel, type HistogramRow, type MetricRow, type Sample } from '../metrics/metric.ts'
import type { AnswerFigures } from './answer-desk.ts'
import type { FinishedReplay, ReplayFigures } from './replays.ts'

/** Replays, by what they found. */
export const REPLAY_ROWS: readonly MetricRow<ReplayFigures>[] = [
  {
    name: 'poai_replays_total',
    kind: 'counter',
    help: 'Replays of the work of blocks, by outcome',
    labels: ['outcome'],
    read: (replays) =>
      byLabel('outcome', {
        valid: replays.total - replays.failed,
        failed: replays.failed,
        undecided: replays.undecided,
      }),
  },
]

/** In seconds. A replay takes some ten milliseconds with the embedded model, seconds with a large one, plus waiting. */
const REPLAY_BUCKETS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]

/** What models said to contracts and callers. */
export const ANSWER_ROWS: readonly MetricRow<AnswerFigures>[] = [
  {
    name: 'poai_answers_total',
    kind: 'counter',
    help: 'Questions of contracts to models, by outcome: computed, shared with another one, or refused',
    labels: ['outcome'],
    read: ({ computed, shared, refused }) => byLabel('outcome', { computed, shared, refused }),
  },
  {
    name: 'poai_answer_tokens_total',
    kind: 'counter',
    help: 'Tokens that models said to contracts',
    read: ({ tokens }) => tokens,
  },
]

/** How long replays took. */
export function replaySeconds(onReplay: Subscribe<FinishedReplay>): HistogramRow {
  return {
    name: 'poai_replay_seconds',
    kind: 'histogram',
    help: 'Time from the request of a replay to its verdict, including waiting',
    labels: ['outcome'],
    buckets: REPLAY_BUCKETS,
    observations: (listener: (sample: Sample) => void) =>
      onReplay(({ outcome, seconds }) => listener({ labels: { outcome }, value: seconds })),
  }
}

/** The workers that compute. There is no engine until its model is found. */
export const ENGINE_ROWS: readonly MetricRow<EngineStatus | undefined>[] = [
  {
    name: 'poai_engine_workers',
    kind: 'gauge',
    help: 'Worker processes of the engine, by state',
    labels: ['state'],
    read: (engine) => {
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
    read: (engine) => byLabel('priority', { ...(engine?.queued ?? { verify: 0, build: 0, mine: 0, call: 0 }) }),
  },
  {
    name: 'poai_engine_evaluations_total',
    kind: 'counter',
    help: 'Evaluations that were answered',
    read: (engine) => engine?.evaluations ?? 0,
  },
  {
    name: 'poai_engine_crashes_total',
    kind: 'counter',
    help: 'Workers that crashed',
    read: (engine) => engine?.crashes ?? 0,
  },
]

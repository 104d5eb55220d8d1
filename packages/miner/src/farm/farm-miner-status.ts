import type { AttemptFigures } from '../figures/mining-figures.ts'
import type { FarmVerdict } from './farm-job.ts'

/**
 * What a farm miner does now.
 *
 * - `waiting`: for a job; the reason says why there is none.
 * - `submitting`: it found a solution, and the node judges it.
 * - `failed`: its solutions do not pass the node's replay.
 */
export type FarmMinerState = 'stopped' | 'waiting' | 'mining' | 'submitting' | 'failed'

/** A snapshot for people. Counts are since the start. */
export interface FarmMinerStatus extends AttemptFigures {
  readonly state: FarmMinerState
  readonly reason: string | undefined
  /** Of the block that is being mined. */
  readonly number: bigint | undefined
  readonly target: bigint | undefined
  readonly workers: number
  /** How many jobs were taken. */
  readonly jobs: number
  readonly solutions: number
  readonly verdicts: Readonly<Partial<Record<FarmVerdict, number>>>
}

import type { Address } from '@poai/core'
import type { BlockFigures } from './figures/block-score.ts'
import type { AttemptFigures } from './figures/mining-figures.ts'

/**
 * What a miner does now.
 *
 * - `stopped`: not started, or stopped.
 * - `paused`: by its owner.
 * - `waiting`: something else comes first; the reason says what.
 * - `preparing`: a template is being made.
 * - `mining`: workers make attempts.
 * - `importing`: a block was found and goes through the chain's pipeline.
 * - `failed`: its own blocks do not pass their replays. Only `resume` restarts it.
 */
export type MinerState = 'stopped' | 'paused' | 'waiting' | 'preparing' | 'mining' | 'importing' | 'failed'

/** A snapshot for people and metrics. Counts are since the start. */
export interface MinerStatus extends AttemptFigures, BlockFigures {
  readonly state: MinerState
  /** Why it does not mine, for people. */
  readonly reason: string | undefined
  readonly beneficiary: Address
  /** Of the newest template. */
  readonly number: bigint | undefined
  readonly target: bigint | undefined
  /** How many workers are kept busy. */
  readonly workers: number
}

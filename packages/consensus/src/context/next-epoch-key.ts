import { type Hash32, type RuleSchedule, rulesAt } from '@poai/core'
import { deriveEpochKey } from '../work/epoch-key.ts'
import { epochIndex } from './epoch.ts'

/** The end of a chain, as far as the next block's epoch depends on it. */
export interface EpochParent {
  readonly hash: Hash32
  readonly number: bigint
  readonly epochSeed: Hash32
}

/** The hash of the last block before the epoch of the child of `parent`: `parent` itself where the child begins one. */
export function nextEpochSeed(schedule: RuleSchedule, parent: EpochParent): Hash32 {
  const number = parent.number + 1n
  return number % rulesAt(schedule, number).work.epochBlocks === 0n ? parent.hash : parent.epochSeed
}

/** The key under which the exams of the child of `parent` are drawn. */
export function nextEpochKey(schedule: RuleSchedule, parent: EpochParent): Hash32 {
  const number = parent.number + 1n
  const { epochBlocks } = rulesAt(schedule, number).work
  return deriveEpochKey(nextEpochSeed(schedule, parent), epochIndex(number, epochBlocks))
}

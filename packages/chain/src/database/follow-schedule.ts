import { equalBytes, type ForkStep, forkSteps, type Logger, type NetworkParams } from '@poai/core'
import { ChainError } from '../chain-error.ts'
import type { BlockPlace, ChainDatabase } from './chain-database.ts'

export interface FollowScheduleDependencies {
  readonly database: ChainDatabase
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * Removes from the database what was judged by rules other than those of the network's schedule: a node that hears of a
 * fork late has followed the old rules beyond it. The chain is rolled back to before the fork, and fetched again from
 * there. Throws `CHAIN_OTHER_SCHEDULE` where that would undo what is final.
 */
export async function followSchedule(
  params: NetworkParams,
  { database, logger }: FollowScheduleDependencies,
): Promise<void> {
  const steps = forkSteps(params)
  const first = firstDifference(database.schedule(), steps)
  if (first === undefined) return
  const final = database.final()
  if (final.number >= first) {
    throw new ChainError('CHAIN_OTHER_SCHEDULE', 'blocks that are final here were judged by other rules', {
      expected: `the forks of this network from block ${first} on`,
      actual: `other rules up to block ${final.number}`,
      hint: 'take finality back if it reaches that far (poai db drop-finality), or synchronise into a new data directory',
    })
  }
  const head = database.head().number
  const sides = await database.sideBlocks()
  const update = database.begin()
  const left: BlockPlace[] = sides.filter(({ number }) => number >= first)
  while (update.head().number >= first) {
    const { hash, number } = update.head()
    await update.rollBackHead()
    left.push({ hash, number, parentHash: update.head().hash })
  }
  for (const block of left) update.dropBlock(block)
  await update.forgetBadBlocks()
  update.setSchedule(steps)
  await update.commit({ sync: true })
  if (left.length === 0) return
  const figures = { from: first, head, now: update.head().number, dropped: left.length }
  logger.warn('Dropped blocks that were judged by another schedule of forks', figures)
}

/** The first block that is judged differently; undefined if none is. */
function firstDifference(recorded: readonly ForkStep[], wanted: readonly ForkStep[]): bigint | undefined {
  for (let index = 0; index < recorded.length || index < wanted.length; index++) {
    const [was, is] = [recorded[index], wanted[index]]
    if (was !== undefined && is !== undefined && equalBytes(was.hash, is.hash)) continue
    if (was === undefined || is === undefined) return (was ?? is)?.number
    return was.number < is.number ? was.number : is.number
  }
  return undefined
}

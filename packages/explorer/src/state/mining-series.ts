import type { HeaderJson } from '@poai/api/client'
import { toNumber } from '../text/show.ts'

/** A value for each block; null if there are too few blocks before it. */
export type Series = readonly (number | null)[]

/** Seconds since the block before, for blocks in order of height. */
export function spacings(known: readonly Pick<HeaderJson, 'timestamp'>[]): Series {
  return known.map((block, index) => {
    const before = known[index - 1]
    return before === undefined ? null : toNumber(block.timestamp) - toNumber(before.timestamp)
  })
}

/** The mean of each value and those before it. */
export function rollingMean(values: Series, span: number): Series {
  return values.map((_, index) => {
    const window = values.slice(Math.max(0, index - span + 1), index + 1).filter((value) => value !== null)
    return window.length < span ? null : window.reduce((sum, value) => sum + value, 0) / window.length
  })
}

/**
 * The work that miners did in one target block time, by the difficulties and times of the last blocks: the difficulty
 * will move towards it.
 */
export function doneWork(
  known: readonly Pick<HeaderJson, 'timestamp' | 'difficulty'>[],
  span: number,
  wantedSeconds: number,
): Series {
  return known.map((block, index) => {
    const first = known[index - span]
    if (first === undefined || wantedSeconds === 0) return null
    const seconds = Math.max(1, toNumber(block.timestamp) - toNumber(first.timestamp))
    const work = known.slice(index - span + 1, index + 1).reduce((sum, { difficulty }) => sum + toNumber(difficulty), 0)
    return (work / seconds) * wantedSeconds
  })
}

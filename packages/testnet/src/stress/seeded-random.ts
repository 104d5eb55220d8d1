import { createHash } from 'node:crypto'

/** Numbers that look random, and are the same for the same seed. */
export interface SeededRandom {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number
  /** One of the choices. Throws if there is none. */
  pick<T>(choices: readonly T[]): T
}

const WORD_LIMIT = 2 ** 32

/** The numbers of a seed. */
export function createSeededRandom(seed: string): SeededRandom {
  let counter = 0
  const below = (limit: number): number => {
    const word = createHash('sha256').update(`${seed}/${counter++}`).digest().readUInt32BE()
    return Math.floor((word / WORD_LIMIT) * limit)
  }
  return {
    below,
    pick: (choices) => {
      const choice = choices[below(choices.length)]
      if (choice === undefined) throw new RangeError('nothing to pick from')
      return choice
    },
  }
}

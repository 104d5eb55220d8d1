/** Repeatable numbers (mulberry32): the same seed, the same history, on every machine. */
export interface Random {
  /** From 0 to `below` - 1. */
  next(below: number): number
}

export function createRandom(seed: number): Random {
  let state = seed | 0
  return {
    next: (below) => {
      state = (state + 0x6d2b79f5) | 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below
    },
  }
}

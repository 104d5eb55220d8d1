import type { GeneratedToken, Generation } from './inference-engine.ts'

/** Words of one output token: answer, maximum, total weight, arg max. */
const TOKEN_WORDS = 4

/** The generation whose output these tokens are. */
export function toGeneration(steps: readonly GeneratedToken[], finite: boolean): Generation {
  const words = new Uint32Array(TOKEN_WORDS * steps.length)
  steps.forEach(({ answer, maximum, totalWeight, argMax }, index) => {
    words.set([answer, maximum, totalWeight, argMax], TOKEN_WORDS * index)
  })
  return { tokens: Uint32Array.from(steps, ({ token }) => token), words, finite }
}

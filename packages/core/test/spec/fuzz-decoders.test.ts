import { expect, it } from 'vitest'
import { fuzzDecoders } from '../fuzz/fuzz-decoders.ts'

/** A share of what `npm run fuzz` does: enough to notice a decoder that lost a bound. */
const RUNS = 90_000

it('every decoder ends in a value or a typed error on mutants of valid input', { timeout: 60_000 }, () => {
  const { rows } = fuzzDecoders(RUNS, 20_261_120)
  for (const { decoder, inputs, accepted, refused } of rows) {
    expect(inputs, decoder).toBe(RUNS / rows.length)
    expect(refused, `${decoder} refuses most mutants`).toBeGreaterThan(inputs / 2)
    expect(accepted, `${decoder} is reached after its checks`).toBeGreaterThan(0)
  }
})

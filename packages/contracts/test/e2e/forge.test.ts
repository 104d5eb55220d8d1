import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PACKAGE } from '../support/make-artifacts.ts'
import { runForge } from '../support/run-forge.ts'

/** A short run: `npm run evidence -- contracts` has the long one. */
const SHORT = { fuzzRuns: 64, runs: 8, depth: 64, seed: 1, limitMs: 170_000 }

describe('forge', () => {
  it('finds no broken rule and no broken invariant in the contracts', async () => {
    const tests = await runForge(SHORT)
    expect(tests.filter(({ failure }) => failure !== undefined)).toEqual([])
    const suites = (await readdir(join(PACKAGE, 'test/forge'))).filter((name) => name.endsWith('.t.sol'))
    expect(new Set(tests.map(({ suite }) => suite)), 'a suite without a test shows nothing').toEqual(
      new Set(suites.map((name) => name.replace('.t.sol', ''))),
    )
    const invariants = tests.filter(({ name }) => name.startsWith('invariant_'))
    expect(invariants.length).toBeGreaterThan(0)
    for (const { name, calls, reverts } of invariants) {
      expect({ name, calls, reverts }).toEqual({ name, calls: SHORT.runs * SHORT.depth, reverts: 0 })
    }
  })
})

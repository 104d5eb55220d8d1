import { describe, expect, test } from 'vitest'
import { drawStateTests, groupsOf } from '../support/state-tests/draw-state-tests.ts'
import { runStateTest } from '../support/state-tests/run-state-test.ts'
import { readStateTests } from '../support/state-tests/state-test-archive.ts'

/** All of them: `npm run evidence -- state-tests`. */
const CASES = 1_000
const TIMEOUT_MS = 120_000
const cases = readStateTests()
const drawn = drawStateTests(cases, CASES)

describe("Ethereum's state tests", () => {
  test('are drawn from every folder, and for every instruction and precompile', () => {
    expect(new Set(drawn.flatMap(groupsOf))).toEqual(new Set(cases.flatMap(groupsOf)))
    expect([...new Set(drawn.flatMap(groupsOf))].filter((group) => group.startsWith('precompile'))).toHaveLength(10)
  })

  test('end with the root and the logs that Ethereum has, or differ by a decision', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const unexplained: string[] = []
    for (const one of drawn) {
      const { rule, found } = await runStateTest(one, Number.POSITIVE_INFINITY)
      if (rule === 'unexplained') unexplained.push(`${one.name}: ${found}`)
    }
    expect(unexplained).toEqual([])
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CONSENSUS_RULES } from '@poai/consensus'
import { RULE_VERDICTS, RuleError } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { RULE_CASES } from './rule-cases.ts'

const SOURCES = join(import.meta.dirname, '..', '..', 'src')
const PROTOCOL = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'PROTOCOL.md')

const codes = CONSENSUS_RULES.map(({ code }) => code)

/** The rule codes that any source of this package throws: as a member of a rule, or by itself. */
function thrownCodes(): Set<string> {
  const found = new Set<string>()
  for (const entry of readdirSync(SOURCES, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const source = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    for (const [, code] of source.matchAll(/(?:\bcode: |new RuleError\(\s*)'([A-Z_]+)'/g)) found.add(code ?? '')
  }
  return found
}

describe('the table of rules', () => {
  it('names every rule that this package enforces, once', () => {
    expect(new Set(codes).size).toBe(codes.length)
    expect([...thrownCodes()].sort()).toEqual([...codes].sort())
    for (const code of codes) expect(RULE_VERDICTS).toHaveProperty(code)
  })

  it('is exercised in both directions, rule by rule', () => {
    expect(RULE_CASES.map(({ code }) => code).sort()).toEqual([...codes].sort())
    for (const { code, passes, breaks } of RULE_CASES) {
      expect(passes.length, `${code} passes`).toBeGreaterThan(0)
      expect(breaks.length, `${code} breaks`).toBeGreaterThan(0)
    }
  })

  it('stands in the specification, rule by rule', () => {
    const protocol = readFileSync(PROTOCOL, 'utf8')
    expect(codes.filter((code) => !protocol.includes(`\`${code}\``))).toEqual([])
  })
})

describe.each(RULE_CASES)('$code', ({ code, passes, breaks }) => {
  it.each(passes.map((validate, index) => ({ index, validate })))(
    'passes at its limit, case $index',
    ({ validate }) => {
      expect(validate).not.toThrow()
    },
  )

  it.each(breaks.map((breach, index) => ({ index, breach })))('is broken by one, case $index', ({ breach }) => {
    let thrown: unknown
    try {
      breach.validate()
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(RuleError)
    expect(thrown).toMatchObject({ code, expected: breach.expected, actual: breach.actual })
  })
})

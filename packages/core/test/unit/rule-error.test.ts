import { describe, expect, it } from 'vitest'
import { isPermanent, RULE_VERDICTS, type RuleCode, RuleError, verdictOf } from '../../src/index.ts'

const codes = Object.keys(RULE_VERDICTS) as RuleCode[]

describe('RuleError', () => {
  it('keeps what was expected, what was found and where it came from', () => {
    const cause = new Error('origin')
    const error = new RuleError('FIELD_SIZE', 'x has the wrong size', { expected: 32, actual: 31, cause })
    expect(error).toMatchObject({
      code: 'FIELD_SIZE',
      message: 'x has the wrong size',
      expected: 32,
      actual: 31,
      cause,
    })
    expect(error).toBeInstanceOf(Error)
  })

  it.each(codes)('%s has a verdict, and is remembered unless it may pass later', (code) => {
    const error = new RuleError(code, 'broken')
    expect(['malicious', 'invalid', 'transient']).toContain(verdictOf(error))
    expect(isPermanent(error)).toBe(verdictOf(error) !== 'transient')
  })
})

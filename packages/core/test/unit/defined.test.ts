import { describe, expect, it } from 'vitest'
import { defined } from '../../src/index.ts'

interface Options {
  readonly always: number
  readonly limit?: number
  readonly signal?: AbortSignal
}

describe('defined', () => {
  it('leaves out what is undefined and nothing else', () => {
    const none: number | undefined = undefined
    expect(Object.entries(defined({ none, zero: 0, empty: '', no: false, nothing: null }))).toEqual([
      ['zero', 0],
      ['empty', ''],
      ['no', false],
      ['nothing', null],
    ])
  })

  it('fits members that may be left out but not be undefined', () => {
    const optionsOf = (limit: number | undefined, signal: AbortSignal | undefined): Options => ({
      always: 1,
      ...defined({ limit, signal }),
    })
    expect('limit' in optionsOf(undefined, undefined)).toBe(false)
    expect(optionsOf(2, undefined)).toEqual({ always: 1, limit: 2 })
    const whole: Options = defined({ always: 1, limit: undefined as number | undefined })
    expect(whole).toEqual({ always: 1 })
  })
})

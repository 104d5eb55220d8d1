import { describe, expect, it } from 'vitest'
import { NonceSpans } from '../../../src/attempts/nonce-spans.ts'

describe('spans of nonces', () => {
  it('follow each other to the end of the range', () => {
    const spans = new NonceSpans({ first: 1n << 32n, end: 2n << 32n })
    let next = 1n << 32n
    for (let span = spans.take(); span !== undefined; span = spans.take()) {
      expect(span).toEqual({ first: next, end: next + (1n << 20n) })
      next = span.end
    }
    expect(next).toBe(2n << 32n)
  })

  it.each([0n, 1n, 2n, 4095n, 4097n, 9001n])('are all of a range of %s nonces, the last one cut short', (length) => {
    const spans = new NonceSpans({ first: 7n, end: 7n + length })
    let next = 7n
    for (let span = spans.take(); span !== undefined; span = spans.take()) {
      expect(span.first).toBe(next)
      expect(span.end).toBeGreaterThan(span.first)
      next = span.end
    }
    expect(next).toBe(7n + length)
  })

  it('come again where they were not tried, and before new ones', () => {
    const spans = new NonceSpans({ first: 0n, end: 8192n })
    expect(spans.take()).toEqual({ first: 0n, end: 2n })
    expect(spans.take()).toEqual({ first: 2n, end: 4n })
    spans.giveBack({ first: 1n, end: 2n })
    spans.giveBack({ first: 4n, end: 4n })
    expect(spans.take()).toEqual({ first: 1n, end: 2n })
    expect(spans.take()).toEqual({ first: 4n, end: 6n })
  })
})

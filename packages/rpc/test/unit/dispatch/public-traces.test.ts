import { expect, it } from 'vitest'
import { PublicTraces } from '../../../src/dispatch/public-traces.ts'

it('opens nothing without a budget', () => {
  const traces = new PublicTraces(0, () => 0)
  expect(traces.includes('debug_traceTransaction')).toBe(false)
})

it.each([
  ['debug_traceTransaction', true],
  ['trace_filter', true],
  ['debug_getRawBlock', false],
  ['miner_start', false],
  ['admin_peers', false],
])('with a budget: %s is open: %s', (method, isOpen) => {
  expect(new PublicTraces(10, () => 0).includes(method)).toBe(isOpen)
})

it('lets all together spend what the budget has, and no more', () => {
  let nowMs = 0
  const traces = new PublicTraces(100, () => nowMs)
  expect(traces.waitMs(900)).toBe(0)
  // What a call cost besides makes the next one wait.
  traces.charge(200)
  expect(traces.waitMs(100)).toBe(2000)
  nowMs = 1999
  expect(traces.waitMs(100)).toBeGreaterThan(0)
  nowMs = 2000
  expect(traces.waitMs(100)).toBe(0)
})

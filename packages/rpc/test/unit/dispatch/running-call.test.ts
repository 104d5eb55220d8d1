import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Deadlines } from '../../../src/dispatch/deadlines.ts'
import { RunningCall } from '../../../src/dispatch/running-call.ts'
import { Turns } from '../../../src/dispatch/turns.ts'

const TIMEOUT_MS = 1000
const session = { isTrusted: false, queue: 'a client' }

function callOf(closed: AbortSignal, deadlines: Deadlines): RunningCall {
  return new RunningCall(
    { ...session, closed },
    { deadlines, turns: new Turns(), elapsedMs: () => Date.now() },
    { hold: { grow: () => undefined }, startedMs: Date.now(), rates: { charge: () => undefined } },
  )
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('gives a call up when its time is over, and not before', () => {
  const deadlines = new Deadlines(TIMEOUT_MS, () => Date.now())
  const { signal } = callOf(new AbortController().signal, deadlines)
  vi.advanceTimersByTime(TIMEOUT_MS - 1)
  expect(signal.aborted).toBe(false)
  vi.advanceTimersByTime(250)
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' })
})

it('gives a call up when the client has gone, and leaves nothing behind when it ends before', () => {
  const deadlines = new Deadlines(TIMEOUT_MS, () => Date.now())
  const client = new AbortController()
  const [first, second] = [1, 2].map(() => callOf(client.signal, deadlines))
  const [ended, running] = [first?.signal, second?.signal]
  first?.finish()
  client.abort(new Error('gone'))
  expect([ended?.aborted, running?.aborted]).toEqual([false, true])
  second?.finish()
  vi.advanceTimersByTime(2 * TIMEOUT_MS)
  expect(ended?.aborted).toBe(false)
  expect(vi.getTimerCount()).toBe(0)
})

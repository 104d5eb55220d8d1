import { expect, it } from 'vitest'
import { createCountBar, createProgressBar } from '../../src/progress-bar.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const half = { bytes: 5_000_000, totalBytes: 10_000_000, bytesPerSecond: 1_000_000 }

it('redraws one line in a terminal, at most ten times a second and never wider than it', () => {
  const terminal = createTestTerminal({ isInteractive: true, width: 60 })
  let nowMs = 0
  const bar = createProgressBar(terminal, 'model', () => nowMs)
  for (nowMs = 0; nowMs < 1000; nowMs += 10) bar.update(half)
  bar.finish()
  const drawings = terminal.errText().split('\r').slice(1)
  expect(drawings.length).toBe(11)
  expect(drawings[0]).toBe('model  [############............]  50 % of 10.0 MB, 1.0 MB/\u001b[K')
  expect(terminal.errText().endsWith('\n')).toBe(true)
})

it('prints whole lines now and then where lines cannot be rewritten', () => {
  const terminal = createTestTerminal()
  let nowMs = 0
  const bar = createProgressBar(terminal, 'model', () => nowMs)
  for (nowMs = 0; nowMs < 12_000; nowMs += 100) bar.update(half)
  bar.finish()
  expect(terminal.errText().match(/50 %/g)?.length).toBe(4)
  expect(terminal.errText()).not.toContain('\r')
})

it('of nothing prints nothing', () => {
  const terminal = createTestTerminal()
  createProgressBar(terminal, 'model', () => 0).finish()
  expect(terminal.errText()).toBe('')
})

it('says what it knows where the size is unknown', () => {
  const terminal = createTestTerminal()
  const bar = createProgressBar(terminal, 'model', () => 0)
  bar.update({ ...half, totalBytes: undefined })
  expect(terminal.errText()).toBe('model  5.0 MB, 1.0 MB/s\n')
})

it('counts, with the rate since the label was new', () => {
  const terminal = createTestTerminal({ isInteractive: true, width: 100 })
  let nowMs = 0
  const bar = createCountBar(terminal, () => nowMs)
  bar.update({ label: 'blocks', done: 0, total: 4000 })
  nowMs = 1000
  bar.update({ label: 'blocks', done: 1000, total: 4000 })
  nowMs = 2000
  bar.update({ label: 'accounts', done: 7, total: undefined })
  nowMs = 3000
  bar.update({ label: 'accounts', done: 1007, total: undefined })
  expect(terminal.errText().split('\r').slice(1)).toEqual([
    'blocks  [######..................]  25 %  1,000 of 4,000, 1,000/s, 3.0 s left\u001b[K',
    'accounts  7, 0/s\u001b[K',
    'accounts  1,007, 1,000/s\u001b[K',
  ])
})

it('says nothing of what is counted at once', () => {
  const terminal = createTestTerminal()
  let nowMs = 0
  const bar = createCountBar(terminal, () => nowMs)
  for (nowMs = 0; nowMs < 4000; nowMs += 100) bar.update({ label: 'blocks', done: nowMs, total: 4000 })
  bar.finish()
  expect(terminal.errText()).toBe('')
})

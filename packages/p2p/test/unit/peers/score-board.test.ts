import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { SCORE_HALF_LIFE_MS } from '../../../src/peers/offences.ts'
import { MAX_SCORES, ScoreBoard } from '../../../src/peers/score-board.ts'

describe('a score board', () => {
  it('adds points, and lets them fade by half a half-life', () => {
    const clock = new ManualClock()
    const board = new ScoreBoard(clock)
    expect(board.scoreOf('a')).toBe(0)
    expect(board.add('a', -50)).toBe(-50)
    clock.now += SCORE_HALF_LIFE_MS
    expect(board.scoreOf('a')).toBeCloseTo(-25)
    expect(board.add('a', -50)).toBeCloseTo(-75)
    clock.now += 10 * SCORE_HALF_LIFE_MS
    expect(board.scoreOf('a')).toBe(0)
  })

  it('never rises above zero', () => {
    const board = new ScoreBoard(new ManualClock())
    expect(board.add('a', 10)).toBe(0)
  })

  it('puts back what was noted, with the time that passed since', () => {
    const clock = new ManualClock()
    const board = new ScoreBoard(clock)
    board.restore('a', { score: -80, atMs: clock.now - SCORE_HALF_LIFE_MS })
    expect(board.scoreOf('a')).toBeCloseTo(-40)
  })

  it('holds so many at most, and forgets the best first', () => {
    const board = new ScoreBoard(new ManualClock())
    board.add('worst', -90)
    board.add('best', -1)
    for (let index = 0; index < MAX_SCORES - 1; index++) board.add(`peer ${index}`, -10)
    expect(board.scoreOf('best')).toBe(0)
    expect(board.scoreOf('worst')).toBe(-90)
  })
})

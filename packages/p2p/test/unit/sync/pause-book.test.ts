import { ManualClock } from '@poai/testing/manual-clock'
import { expect, it } from 'vitest'
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS, PauseBook } from '../../../src/sync/pause-book.ts'

const one = { id: 'one', address: '192.0.2.1' }
const neighbour = { id: 'neighbour', address: '192.0.2.1' }
const other = { id: 'other', address: '192.0.2.2' }

it('leaves a peer and its address alone, twice as long each time, up to the longest pause', () => {
  const clock = new ManualClock()
  const book = new PauseBook({ sharedAddresses: false }, clock)
  for (let length = FIRST_PAUSE_MS; length <= LONGEST_PAUSE_MS; length *= 2) {
    book.pause(one)
    clock.now += length - 1
    expect([book.isPaused(one), book.isPlacePaused(neighbour), book.isPaused(neighbour)]).toEqual([true, true, false])
    expect(book.isPlacePaused(other)).toBe(false)
    clock.now += 1
    expect(book.isPlacePaused(one)).toBe(false)
  }
  expect(book.countOf(one)).toBe(6)
  book.pause(one)
  clock.now += LONGEST_PAUSE_MS
  expect(book.isPaused(one)).toBe(false)
})

it('begins anew for whoever has helped', () => {
  const clock = new ManualClock()
  const book = new PauseBook({ sharedAddresses: false }, clock)
  book.pause(one)
  book.pause(one)
  expect(book.countOf(one)).toBe(2)
  book.forgive(one)
  expect([book.isPlacePaused(one), book.countOf(one)]).toEqual([false, 0])
})

it('goes by name alone where peers share addresses', () => {
  const book = new PauseBook({ sharedAddresses: true }, new ManualClock())
  book.pause(one)
  expect([book.isPlacePaused(one), book.isPlacePaused(neighbour)]).toEqual([true, false])
})

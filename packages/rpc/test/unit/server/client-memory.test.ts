import { expect, it } from 'vitest'
import { ClientMemory } from '../../../src/server/client-memory.ts'

const LIMITS = { maxClientCharacters: 100, maxCharacters: 150 }

it('lets a client hold its bound, and not one character more', () => {
  const memory = new ClientMemory(LIMITS)
  const hold = memory.open('a client')
  hold.grow(100)
  expect(() => hold.grow(1)).toThrow('response too large')
  hold.shrink(1)
  hold.grow(1)
  hold.release()
  expect(memory.characters).toBe(0)
})

it('lets a client at its bound wait until it has read', async () => {
  const memory = new ClientMemory(LIMITS)
  const hold = memory.open('a client')
  hold.grow(99)
  expect(memory.room('a client')).toBeUndefined()
  hold.grow(1)
  expect(memory.room('another')).toBeUndefined()
  const room = memory.room('a client')
  expect(room).toBeInstanceOf(Promise)
  hold.shrink(1)
  await room
})

it('cuts off the client that holds most, the oldest answer first, in favour of one that holds less', () => {
  const memory = new ClientMemory(LIMITS)
  const cut: string[] = []
  for (const name of ['first', 'second']) {
    const hold = memory.open('the heavy one')
    hold.grow(50)
    hold.letCut(() => cut.push(name))
  }
  const other = memory.open('a light one')
  other.grow(50)
  expect(cut).toEqual([])
  other.grow(1)
  expect(cut).toEqual(['first'])
  expect(memory.characters).toBe(101)
})

it('refuses the client that would hold most itself, and cuts nobody off whose answer is still made', () => {
  const memory = new ClientMemory(LIMITS)
  memory.open('one').grow(80)
  expect(() => memory.open('two').grow(90)).toThrow('response too large')
  expect(() => memory.open('three').grow(75)).toThrow('response too large')
})

it('remembers no more idle clients than it may, and counts each of them anew', () => {
  const memory = new ClientMemory(LIMITS)
  const names = Array.from({ length: 1000 }, (_, index) => `client ${index}`)
  for (const name of names) memory.open(name).release()
  expect(memory.clients).toBe(256)
  for (const name of names) {
    const hold = memory.open(name)
    hold.grow(100)
    expect(() => hold.grow(1)).toThrow('response too large')
    hold.release()
  }
  expect(memory.clients).toBe(256)
  expect(memory.characters).toBe(0)
})

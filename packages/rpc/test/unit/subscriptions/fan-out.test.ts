import { setImmediate as immediately } from 'node:timers/promises'
import { silentLogger } from '@poai/core'
import { expect, it } from 'vitest'
import { FanOut } from '../../../src/subscriptions/fan-out.ts'

/** A source in the test's hand, and how many listen to it. */
function openFanOut(): { readonly fanOut: FanOut<number>; emit(event: number): void; count(): number } {
  const listeners = new Set<(event: number) => void>()
  const source = (listener: (event: number) => void): (() => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  // A turn lasts 16 looks at the clock, of 16 listeners each.
  const startTurn = (): (() => boolean) => {
    let looks = 0
    return () => ++looks === 16
  }
  const fanOut = new FanOut<number>(source, silentLogger, startTurn)
  return {
    fanOut,
    emit: (event) => {
      for (const listener of listeners) listener(event)
    },
    count: () => listeners.size,
  }
}

it('tells a few at once, and many in turns, every event in order', async () => {
  const { fanOut, emit } = openFanOut()
  const told: number[][] = Array.from({ length: 1000 }, () => [])
  for (const own of told) fanOut.subscribe((event) => own.push(event))
  emit(1)
  expect(told.filter((own) => own.length === 1)).toHaveLength(256)
  emit(2)
  expect(told.filter((own) => own.length === 2)).toHaveLength(0)
  for (let turn = 0; turn < 8; turn++) await immediately()
  expect(told).toEqual(Array(1000).fill([1, 2]))
})

it('does not tell who has left meanwhile, nor who came later', async () => {
  const { fanOut, emit } = openFanOut()
  const told: string[] = []
  const leave = Array.from({ length: 300 }, (_, index) => fanOut.subscribe(() => told.push(`early ${index}`)))
  emit(1)
  leave[299]?.()
  fanOut.subscribe(() => told.push('late'))
  for (let turn = 0; turn < 4; turn++) await immediately()
  expect(told).toHaveLength(299)
  expect(told).not.toContain('early 299')
  expect(told).not.toContain('late')
})

it('goes on after one that throws', () => {
  const { fanOut, emit } = openFanOut()
  const told: number[] = []
  fanOut.subscribe(() => {
    throw new Error('cannot hear')
  })
  fanOut.subscribe((event) => told.push(event))
  emit(7)
  expect(told).toEqual([7])
})

it('lets no queue grow when events come faster than they can be told: the oldest are dropped', async () => {
  const { fanOut, emit } = openFanOut()
  let told = 0
  for (let index = 0; index < 300; index++) fanOut.subscribe(() => told++)
  for (let event = 0; event < 1025; event++) emit(event)
  expect(told).toBe(256)
  for (let turn = 0; turn < 1300; turn++) await immediately()
  expect(told).toBe(256 + 1024 * 300)
})

it('listens to its source only as long as somebody listens to it', () => {
  const { fanOut, count } = openFanOut()
  const [first, second] = [fanOut.subscribe(() => undefined), fanOut.subscribe(() => undefined)]
  expect(count()).toBe(1)
  first()
  first()
  expect(count()).toBe(1)
  second()
  expect(count()).toBe(0)
  fanOut.subscribe(() => undefined)
  expect(count()).toBe(1)
})

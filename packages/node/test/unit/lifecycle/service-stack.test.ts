import { silentLogger } from '@poai/core'
import { ManualClock } from '@poai/testing/manual-clock'
import { expect, it } from 'vitest'
import { repeat } from '../../../src/lifecycle/repeat.ts'
import { ServiceStack } from '../../../src/lifecycle/service-stack.ts'
import { RecordingLogger } from '../../support/recording-logger.ts'

const clock = new ManualClock(0)

it('stops what it started, the youngest first, and once', async () => {
  const events: string[] = []
  const stack = new ServiceStack({ clock, logger: silentLogger })
  const service = (name: string): { start: () => Promise<void>; stop: () => Promise<void> } => ({
    start: async () => void events.push(`start ${name}`),
    stop: async () => void events.push(`stop ${name}`),
  })
  await stack.start('a', service('a'))
  await stack.start('b', service('b'))
  await stack.stop(1000)
  await stack.stop(1000)
  expect(events).toEqual(['start a', 'start b', 'stop b', 'stop a'])
})

it('stops a part whose start failed, and those before it', async () => {
  const stopped: string[] = []
  const stack = new ServiceStack({ clock, logger: silentLogger })
  stack.push('a', async () => void stopped.push('a'))
  const start = stack.start('b', {
    start: () => Promise.reject(new Error('no')),
    stop: async () => void stopped.push('b'),
  })
  await expect(start).rejects.toThrow('no')
  await stack.stop(1000)
  expect(stopped).toEqual(['b', 'a'])
})

it('leaves behind what does not stop in time, and goes on after what fails', async () => {
  const own = new ManualClock(0)
  const logger = new RecordingLogger()
  const stopped: string[] = []
  const stack = new ServiceStack({ clock: own, logger })
  stack.push('database', async () => void stopped.push('database'))
  stack.push('broken', () => Promise.reject(new Error('broken')))
  stack.push('hung', () => new Promise(() => undefined))
  const stopping = stack.stop(500)
  await own.advance(500)
  await stopping
  expect(stopped).toEqual(['database'])
  expect(logger.messages('warn')).toEqual(['A part of the node did not stop in time'])
  expect(logger.messages('error')).toEqual(['A part of the node did not stop as it should'])
  expect(own.sleepers).toBe(0)
})

it('repeats work, never twice at once, whether it fails or not, until it is stopped', async () => {
  const own = new ManualClock(0)
  const logger = new RecordingLogger()
  let runs = 0
  const repeated = repeat({ name: 'x', everyMs: 100 }, { clock: own, logger }, async () => {
    runs++
    if (runs === 1) throw new Error('once')
  })
  await repeated.start()
  await repeated.start()
  expect(runs).toBe(0)
  await own.advance(100)
  await own.advance(99)
  expect(runs).toBe(1)
  await own.advance(1)
  expect(runs).toBe(2)
  expect(logger.messages('warn')).toHaveLength(1)
  await repeated.stop()
  await repeated.stop()
  await own.advance(1000)
  expect(runs).toBe(2)
})

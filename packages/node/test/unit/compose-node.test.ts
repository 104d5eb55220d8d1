import { devnet } from '@poai/core'
import { expect, it } from 'vitest'
import { composeNode, type Node } from '../../src/compose-node.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import type { Ground } from '../../src/ground.ts'
import type { Wing } from '../../src/wings/wing.ts'

const installation = { models: '/nowhere', home: '/nowhere', modelStore: '/nowhere', cache: '/nowhere' }

/** A node of those wings, which touches nothing outside memory. */
function nodeOf(wingsOn: (ground: Ground) => readonly Wing[]): Node {
  const { config } = resolveConfig({ flags: { 'log-file': 'none', 'log-format': 'json' } })
  const screen = { write: () => undefined, isInteractive: false }
  return composeNode({ config, params: devnet, directory: '/nowhere', installation, version: '1' }, { screen }, wingsOn)
}

/** A wing with one service, which writes down what happens to it. */
function recordingWing(name: string, told: string[]): Wing {
  told.push(`${name} is made`)
  return {
    start: (services, { metrics }) => {
      told.push(`${name} starts and sees ${metrics.length} metrics`)
      return services.start(name, {
        start: async () => undefined,
        stop: async () => {
          told.push(`${name} stops`)
        },
      })
    },
    metrics: [{ name, kind: 'gauge', help: 'for the test', read: () => 1 }],
    status: () => ({ [name]: true }),
  }
}

it('makes all wings, starts them in order, and stops them in reverse', async () => {
  const told: string[] = []
  const node = nodeOf(() => ['first', 'second'].map((name) => recordingWing(name, told)))
  expect(told).toEqual(['first is made', 'second is made'])
  await node.start()
  expect(node.status).toMatchObject({ first: true, second: true })
  await node.stop()
  await node.ended
  expect(told.slice(2)).toEqual([
    'first starts and sees 2 metrics',
    'second starts and sees 2 metrics',
    'second stops',
    'first stops',
  ])
})

it('says what it is doing: the stage of a wing while it starts, and none when it is up', async () => {
  const seen: (string | undefined)[] = []
  const node = nodeOf(({ stage }) => {
    stage.onChange((name) => seen.push(name))
    return [{}, { stage: 'loading' }, {}, { stage: 'joining' }]
  })
  await node.start()
  await node.stop()
  expect(seen).toEqual(['opening', 'loading', 'joining', undefined, 'stopping', 'stopped'])
})

it('cuts a start short when it is told to stop, and starts nothing more', async () => {
  const told: string[] = []
  const begun = Promise.withResolvers<void>()
  const loading = Promise.withResolvers<void>()
  const slow: Wing = {
    start: () => {
      begun.resolve()
      return loading.promise
    },
    giveUp: async () => {
      told.push('given up')
      loading.resolve()
    },
  }
  const node = nodeOf(() => [recordingWing('first', told), slow, recordingWing('last', told)])
  const starting = node.start()
  await begun.promise
  const stopping = node.stop()
  await expect(starting).rejects.toMatchObject({ code: 'NODE_STOPPED' })
  await stopping
  await node.ended
  expect(told.slice(2)).toEqual(['first starts and sees 2 metrics', 'given up', 'first stops'])
})

it('stops although a wing cannot give up, and asks none to give up once it is up', async () => {
  const told: string[] = []
  const begun = Promise.withResolvers<void>()
  const loading = Promise.withResolvers<void>()
  const stubborn: Wing = {
    start: () => {
      begun.resolve()
      return loading.promise
    },
    giveUp: async () => {
      told.push('asked to give up')
      loading.resolve()
      throw new Error('no')
    },
  }
  const early = nodeOf(() => [recordingWing('first', told), stubborn])
  const starting = early.start()
  await begun.promise
  const stopping = early.stop()
  await expect(starting).rejects.toMatchObject({ code: 'NODE_STOPPED' })
  await stopping
  await early.ended
  expect(told.slice(2)).toEqual(['asked to give up', 'first stops'])

  const up = nodeOf(() => [recordingWing('second', told), stubborn])
  await up.start()
  await up.stop()
  await up.ended
  expect(told.slice(-2)).toEqual(['second starts and sees 1 metrics', 'second stops'])
})

it('stops what has started when a wing cannot start, and says why', async () => {
  const told: string[] = []
  const failure = new Error('no')
  const node = nodeOf(() => [recordingWing('first', told), { start: () => Promise.reject(failure) }])
  await expect(node.start()).rejects.toBe(failure)
  await expect(node.ended).rejects.toBe(failure)
  expect(told.at(-1)).toBe('first stops')
})

it('stops because of the first error that a wing cannot go on after', async () => {
  const failure = new Error('no')
  const node = nodeOf(({ fail }) => [
    {
      start: async () => {
        fail(failure)
        fail(new Error('a later one'))
      },
    },
  ])
  await expect(node.start()).rejects.toMatchObject({ code: 'NODE_STOPPED' })
  await expect(node.ended).rejects.toBe(failure)
})

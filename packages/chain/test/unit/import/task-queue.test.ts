import { describe, expect, it } from 'vitest'
import { type ImportPriority, TaskQueue } from '../../../src/import/task-queue.ts'

const { signal } = new AbortController()

/** Tasks that end when they are told to, and the order in which they began. */
class Tasks {
  readonly begun: string[] = []
  readonly #ends = new Map<string, () => void>()

  run(
    queue: TaskQueue,
    name: string,
    priority: ImportPriority = 'sync',
    cancel: AbortSignal = signal,
  ): Promise<string> {
    const task = async (): Promise<string> => {
      this.begun.push(name)
      await new Promise<void>((resolve) => this.#ends.set(name, resolve))
      return name
    }
    return queue.run(task, { priority, signal: cancel })
  }

  async end(name: string): Promise<void> {
    await new Promise(setImmediate)
    this.#ends.get(name)?.()
    await new Promise(setImmediate)
  }
}

describe('a queue', () => {
  it('runs so many at a time, the tip first, each kind in the order of its coming', async () => {
    const queue = new TaskQueue({ name: 'tests', concurrency: 2, capacity: 10 })
    const tasks = new Tasks()
    const all = Promise.all([
      tasks.run(queue, 'a'),
      tasks.run(queue, 'b'),
      tasks.run(queue, 'c'),
      tasks.run(queue, 'd', 'tip'),
      tasks.run(queue, 'o', 'offer'),
      tasks.run(queue, 'e', 'tip'),
    ])
    await tasks.end('a')
    await tasks.end('b')
    expect(tasks.begun).toEqual(['a', 'b', 'd', 'e'])
    await tasks.end('d')
    expect(tasks.begun.at(-1)).toBe('o')
    for (const name of ['e', 'o', 'c']) await tasks.end(name)
    expect(await all).toEqual(['a', 'b', 'c', 'd', 'o', 'e'])
    await queue.idle()
  })

  it('refuses one more than may wait, and takes one again when there is room', async () => {
    const queue = new TaskQueue({ name: 'tests', concurrency: 1, capacity: 1 })
    const tasks = new Tasks()
    const [a, b] = [tasks.run(queue, 'a'), tasks.run(queue, 'b')]
    await expect(tasks.run(queue, 'c', 'tip')).rejects.toMatchObject({ code: 'CHAIN_BUSY' })
    await tasks.end('a')
    const d = tasks.run(queue, 'd')
    await tasks.end('b')
    await tasks.end('d')
    expect(await Promise.all([a, b, d])).toEqual(['a', 'b', 'd'])
  })

  it('lets go of a task whose signal is aborted while it waits, and does not begin it', async () => {
    const queue = new TaskQueue({ name: 'tests', concurrency: 1, capacity: 2 })
    const tasks = new Tasks()
    const a = tasks.run(queue, 'a')
    const leaving = new AbortController()
    const b = tasks.run(queue, 'b', 'tip', leaving.signal)
    leaving.abort(new Error('too late'))
    await expect(b).rejects.toThrow('too late')
    await tasks.end('a')
    await a
    expect(tasks.begun).toEqual(['a'])
    await queue.idle()
  })

  it('goes on after a task that fails', async () => {
    const queue = new TaskQueue({ name: 'tests', concurrency: 1, capacity: 2 })
    const failing = queue.run(() => Promise.reject(new Error('broken')), { priority: 'tip', signal })
    const next = queue.run(async () => 'next', { priority: 'tip', signal })
    await expect(failing).rejects.toThrow('broken')
    expect(await next).toBe('next')
  })
})

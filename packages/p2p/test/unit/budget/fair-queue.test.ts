import { describe, expect, it } from 'vitest'
import { FairQueue } from '../../../src/budget/fair-queue.ts'

/** Work that ends when the test says so. */
class Fixture {
  readonly begun: string[] = []
  readonly queue: FairQueue
  readonly #ends: (() => void)[] = []

  constructor(atOnce: number, maxWaiting = 10, maxWaitingEach = 4) {
    this.queue = new FairQueue({ atOnce, maxWaiting, maxWaitingEach })
  }

  run(owner: string, name = owner): Promise<string | undefined> {
    return this.queue.run(owner, async () => {
      this.begun.push(name)
      await new Promise<void>((resolve) => this.#ends.push(resolve))
      return name
    })
  }

  async endAll(): Promise<void> {
    for (let end = this.#ends.shift(); end !== undefined; end = this.#ends.shift()) {
      end()
      await new Promise(setImmediate)
    }
  }
}

describe('a fair queue', () => {
  it('serves owners in turns, whoever came with much', async () => {
    const fixture = new Fixture(1)
    const all = [
      fixture.run('a', 'a1'),
      fixture.run('a', 'a2'),
      fixture.run('a', 'a3'),
      fixture.run('b'),
      fixture.run('c'),
    ]
    await fixture.endAll()
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b', 'c'])
    expect(fixture.begun).toEqual(['a1', 'a2', 'b', 'c', 'a3'])
  })

  it('runs so much at once and no more', async () => {
    const fixture = new Fixture(2)
    const all = [fixture.run('a'), fixture.run('b'), fixture.run('c')]
    expect(fixture.begun).toEqual(['a', 'b'])
    await fixture.endAll()
    await Promise.all(all)
    expect(fixture.begun).toEqual(['a', 'b', 'c'])
  })

  it('refuses more than may wait, of one owner and of all', async () => {
    const fixture = new Fixture(1, 3, 2)
    const all = [fixture.run('a'), fixture.run('a'), fixture.run('a')]
    expect(await fixture.run('a')).toBeUndefined()
    all.push(fixture.run('b'))
    expect(await fixture.run('c')).toBeUndefined()
    await fixture.endAll()
    await Promise.all(all)
  })

  it('goes on after work that failed', async () => {
    const queue = new FairQueue({ atOnce: 1, maxWaiting: 2, maxWaitingEach: 2 })
    const failing = queue.run('a', async () => {
      throw new Error('bad')
    })
    const next = queue.run('a', async () => 'good')
    await expect(failing).rejects.toThrow('bad')
    expect(await next).toBe('good')
  })
})

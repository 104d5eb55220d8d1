import { describe, expect, it } from 'vitest'
import { EngineError } from '../../../src/engine/engine-error.ts'
import { MAX_FAILED_STARTS } from '../../../src/engine/worker-slot.ts'
import { createFixture, createRunning, failure, firstWords, requests, settle, worker } from './pool-fixture.ts'

describe('start', () => {
  it('resolves with the first worker that is ready', async () => {
    const fixture = createFixture({ workers: 2 })
    await settle()
    worker(fixture, 1).ready()
    await fixture.started
    expect(fixture.pool.status.state).toBe('running')
    expect(fixture.pool.status.workers.map(({ state }) => state)).toEqual(['starting', 'idle'])
  })

  it('gives up after a bounded number of failed starts', async () => {
    const fixture = createFixture()
    for (let i = 0; i < MAX_FAILED_STARTS; i++) {
      await settle()
      expect(fixture.pool.status.state).toBe('starting')
      worker(fixture).failToLoad('INFERENCE_START_FAILED')
      await settle()
      fixture.timers.advance(30_000)
    }
    await expect(fixture.started).rejects.toMatchObject({ code: 'INFERENCE_START_FAILED' })
    expect(fixture.workers).toHaveLength(MAX_FAILED_STARTS)
    expect(fixture.pool.status.state).toBe('failed')
  })

  it('gives up at once on what another start cannot mend', async () => {
    const fixture = createFixture()
    await settle()
    worker(fixture).failToLoad('INFERENCE_PLATFORM_UNSUPPORTED')
    await expect(fixture.started).rejects.toMatchObject({ code: 'INFERENCE_PLATFORM_UNSUPPORTED' })
    expect(fixture.workers).toHaveLength(1)
    await expect(fixture.pool.evaluate(requests(1))).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
  })

  it('kills a worker that does not load in time', async () => {
    const fixture = createFixture({ startTimeoutMs: 50 })
    await settle()
    fixture.timers.advance(50)
    expect(worker(fixture).killed).toBe(true)
    await settle()
    expect(fixture.events).toMatchObject([{ kind: 'worker-crashed', error: { code: 'INFERENCE_TIMEOUT' } }])
  })

  it('keeps a worker that is not admitted from serving', async () => {
    const mismatch = new EngineError('INFERENCE_DOMAIN_MISMATCH', 'other bits')
    const fixture = createFixture(
      {},
      {
        admit: async (run) => {
          await run(requests(9, 10))
          throw mismatch
        },
      },
    )
    await settle()
    worker(fixture).ready()
    for (const firstToken of [9, 10]) {
      await settle()
      expect(worker(fixture).batches[0]?.firstTokens).toEqual([firstToken])
      worker(fixture).answer()
    }
    await expect(fixture.started).rejects.toBe(mismatch)
    expect(fixture.pool.status.workers).toMatchObject([{ state: 'retired', restarts: 0 }])
  })

  it('stops while it is starting', async () => {
    const fixture = createFixture()
    await settle()
    await fixture.pool.stop()
    await expect(fixture.started).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    expect(fixture.timers.pending).toBe(0)
  })
})

describe('order', () => {
  it('cuts calls into batches and puts the answers back in order', async () => {
    const fixture = await createRunning()
    const answer = fixture.pool.evaluate(requests(1, 2, 3))
    expect(worker(fixture).batches.map(({ firstTokens }) => firstTokens)).toEqual([[1, 2]])
    worker(fixture).answer()
    await settle()
    worker(fixture).answer()
    expect(firstWords(await answer)).toEqual([1, 2, 3])
  })

  it('keeps batches below their limit of tokens', async () => {
    const fixture = await createRunning({ batchRequests: 8, batchTokens: 6 })
    const answer = fixture.pool.evaluate(requests(1, 2, 3))
    expect(worker(fixture).batches[0]?.firstTokens).toEqual([1, 2])
    worker(fixture).answer()
    await settle()
    worker(fixture).answer()
    await answer
  })

  it('puts fewer requests into a batch of a model that turns out to be slow', async () => {
    const fixture = await createRunning({ batchRequests: 8, batchTargetMs: 600 })
    const first = fixture.pool.evaluate(requests(1, 2))
    fixture.timers.advance(600)
    worker(fixture).answer()
    await first
    // 100 ms a token, three tokens a request: two requests take the target's time.
    const second = fixture.pool.evaluate(requests(1, 2, 3, 4, 5))
    expect(worker(fixture).batches[0]?.firstTokens).toEqual([1, 2])
    for (let i = 0; i < 3; i++) {
      worker(fixture).answer()
      await settle()
    }
    expect(firstWords(await second)).toEqual([1, 2, 3, 4, 5])
  })

  it('lets a verification wait for at most the mining batch in flight', async () => {
    const fixture = await createRunning()
    const mining = fixture.pool.evaluate(requests(1, 2, 3, 4, 5, 6), { priority: 'mine' })
    const verification = fixture.pool.evaluate(requests(7), { priority: 'verify' })
    worker(fixture).answer()
    await settle()
    expect(worker(fixture).batches[0]?.firstTokens).toEqual([7])
    worker(fixture).answer()
    expect(firstWords(await verification)).toEqual([7])
    for (let i = 0; i < 2; i++) {
      await settle()
      worker(fixture).answer()
    }
    expect(firstWords(await mining)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('spreads batches over the workers', async () => {
    const fixture = await createRunning({ workers: 2 })
    const answer = fixture.pool.evaluate(requests(1, 2, 3, 4))
    expect(fixture.workers.map(({ batches }) => batches.length)).toEqual([1, 1])
    for (const each of fixture.workers) each.answer()
    expect(firstWords(await answer)).toEqual([1, 2, 3, 4])
  })
})

describe('a second opinion', () => {
  it('comes from another worker, even if that one is busy and the first is idle', async () => {
    const fixture = await createRunning({ workers: 2 })
    const first = fixture.pool.evaluate(requests(1))
    worker(fixture, 0).answer()
    const apartFrom = await first
    await settle()
    const others = fixture.pool.evaluate(requests(2, 3, 4, 5))
    worker(fixture, 0).answer()
    await settle()
    const second = fixture.pool.evaluate(requests(1), { apartFrom })
    await settle()
    expect(worker(fixture, 0).batches).toEqual([])
    worker(fixture, 1).answer()
    await settle()
    expect(worker(fixture, 1).batches[0]?.firstTokens).toEqual([1])
    worker(fixture, 1).answer()
    expect(firstWords(await second)).toEqual([1])
    await others
  })

  it('comes from the same worker if no other serves', async () => {
    const fixture = await createRunning({ workers: 2 })
    const first = fixture.pool.evaluate(requests(1))
    worker(fixture, 0).answer()
    const apartFrom = await first
    await settle()
    const busy = fixture.pool.evaluate(requests(2, 3, 4, 5))
    worker(fixture, 0).answer()
    await settle()
    const second = fixture.pool.evaluate(requests(1), { apartFrom })
    worker(fixture, 1).die()
    await settle()
    for (const firstToken of [1, 4, 5]) {
      expect(worker(fixture, 0).batches[0]?.firstTokens).toEqual([firstToken])
      worker(fixture, 0).answer()
      await settle()
    }
    expect(firstWords(await second)).toEqual([1])
    expect(firstWords(await busy)).toEqual([2, 3, 4, 5])
  })
})

describe('bounds', () => {
  it('takes as many requests as the queue holds and refuses one more', async () => {
    const fixture = await createRunning({ queueLimit: 4 })
    const first = fixture.pool.evaluate(requests(1, 2), { priority: 'mine' })
    const second = fixture.pool.evaluate(requests(3, 4, 5, 6), { priority: 'mine' })
    await expect(fixture.pool.evaluate(requests(7), { priority: 'mine' })).rejects.toMatchObject({
      code: 'INFERENCE_QUEUE_FULL',
    })
    const verification = fixture.pool.evaluate(requests(8), { priority: 'verify' })
    for (let i = 0; i < 4; i++) {
      worker(fixture).answer()
      await settle()
    }
    await Promise.all([first, second, verification])
    expect(fixture.pool.status.queued).toEqual({ verify: 0, build: 0, mine: 0, call: 0 })
  })
})

describe('cancellation', () => {
  it('rejects at once, empties the queue and drops the batch in flight', async () => {
    const fixture = await createRunning()
    const abort = new AbortController()
    const reason = new Error('a new head')
    const cancelled = fixture.pool.evaluate(requests(1, 2, 3, 4), { priority: 'mine', signal: abort.signal })
    const next = fixture.pool.evaluate(requests(5), { priority: 'mine' })
    const rejected = failure(cancelled)
    abort.abort(reason)
    expect(await rejected).toBe(reason)
    expect(fixture.pool.status.queued.mine).toBe(1)
    worker(fixture).answer()
    await settle()
    expect(worker(fixture).batches[0]?.firstTokens).toEqual([5])
    worker(fixture).answer()
    expect(firstWords(await next)).toEqual([5])
  })

  it('does not retry what was cancelled when its worker dies', async () => {
    const fixture = await createRunning()
    const abort = new AbortController()
    const rejected = failure(fixture.pool.evaluate(requests(1), { signal: abort.signal }))
    abort.abort()
    worker(fixture).die()
    await rejected
    fixture.timers.advance(100)
    worker(fixture).ready()
    await settle()
    expect(worker(fixture).batches).toEqual([])
  })
})

describe('crashes', () => {
  it('retries a batch once elsewhere, each request alone', async () => {
    const fixture = await createRunning({ workers: 2 })
    const answer = fixture.pool.evaluate(requests(1, 2))
    worker(fixture, 0).die()
    await settle()
    expect(worker(fixture, 1).batches.map(({ firstTokens }) => firstTokens)).toEqual([[1]])
    worker(fixture, 1).answer()
    await settle()
    worker(fixture, 1).answer()
    expect(firstWords(await answer)).toEqual([1, 2])
    expect(fixture.pool.status.crashes).toBe(1)
  })

  it('tells the caller after the second', async () => {
    const fixture = await createRunning({ workers: 2 })
    const rejected = failure(fixture.pool.evaluate(requests(1)))
    worker(fixture, 0).die()
    await settle()
    worker(fixture, 1).die()
    expect(await rejected).toMatchObject({
      code: 'INFERENCE_WORKER_CRASHED',
      actual: expect.stringContaining('GGML_ASSERT'),
    })
  })

  it('has more patience with kills from outside', async () => {
    const fixture = await createRunning({ workers: 1 })
    const answer = fixture.pool.evaluate(requests(1))
    for (let i = 0; i < 3; i++) {
      worker(fixture).die({ signal: 'SIGKILL' })
      await settle()
      fixture.timers.advance(1_000)
      worker(fixture).ready()
      await settle()
    }
    worker(fixture).answer()
    expect(firstWords(await answer)).toEqual([1])
  })

  it('refuses a request that keeps killing workers, and no other', async () => {
    const fixture = await createRunning()
    const revive = async (): Promise<void> => {
      await settle()
      fixture.timers.advance(30_000)
      worker(fixture).ready()
      await settle()
    }
    const rejected = failure(fixture.pool.evaluate(requests(13)))
    worker(fixture).die()
    await revive()
    worker(fixture).die()
    await revive()
    expect(await rejected).toMatchObject({ code: 'INFERENCE_WORKER_CRASHED' })
    await expect(fixture.pool.evaluate(requests(13))).rejects.toMatchObject({ code: 'INFERENCE_REQUEST_REFUSED' })
    const other = fixture.pool.evaluate(requests(14))
    worker(fixture).answer()
    expect(firstWords(await other)).toEqual([14])
  })

  it('kills a worker that does not answer in time', async () => {
    const fixture = await createRunning({ requestTimeoutMs: 500, workers: 2 })
    const answer = fixture.pool.evaluate(requests(1))
    fixture.timers.advance(500)
    expect(worker(fixture, 0).killed).toBe(true)
    await settle()
    worker(fixture, 1).answer()
    expect(firstWords(await answer)).toEqual([1])
  })

  it('pauses longer before each restart until a batch is answered', async () => {
    const fixture = await createRunning()
    const launchedAfter = async (ms: number): Promise<boolean> => {
      const before = fixture.workers.length
      worker(fixture).die()
      await settle()
      fixture.timers.advance(ms - 1)
      expect(fixture.workers).toHaveLength(before)
      fixture.timers.advance(1)
      return fixture.workers.length === before + 1
    }
    for (const delayMs of [100, 200, 400]) expect(await launchedAfter(delayMs)).toBe(true)
    worker(fixture).ready()
    await settle()
    const answer = fixture.pool.evaluate(requests(1))
    worker(fixture).answer()
    await answer
    await settle()
    expect(await launchedAfter(100)).toBe(true)
  })

  it('fails what waits when no worker comes back in time', async () => {
    const fixture = await createRunning({ outageTimeoutMs: 5_000 })
    const rejected = failure(fixture.pool.evaluate(requests(1)))
    worker(fixture).die()
    await settle()
    fixture.timers.advance(5_000)
    expect(await rejected).toMatchObject({ code: 'INFERENCE_WORKER_CRASHED' })
  })

  it('passes on what a living worker says went wrong, and goes on', async () => {
    const fixture = await createRunning()
    const rejected = failure(fixture.pool.evaluate(requests(1, 2, 3)))
    worker(fixture).failBatch()
    expect(await rejected).toMatchObject({ code: 'INFERENCE_WORKER_FAILED' })
    const next = fixture.pool.evaluate(requests(4))
    worker(fixture).answer()
    expect(firstWords(await next)).toEqual([4])
  })
})

describe('stop', () => {
  it('waits for the batch in flight and rejects what is queued', async () => {
    const fixture = await createRunning()
    const inFlight = fixture.pool.evaluate(requests(1, 2))
    const queued = failure(fixture.pool.evaluate(requests(3)))
    const stopped = fixture.pool.stop()
    expect(await queued).toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    worker(fixture).answer()
    expect(firstWords(await inFlight)).toEqual([1, 2])
    await stopped
    expect(worker(fixture).killed).toBe(true)
    expect(fixture.timers.pending).toBe(0)
  })

  it('does not wait for ever', async () => {
    const fixture = await createRunning({ stopTimeoutMs: 1_000 })
    const rejected = failure(fixture.pool.evaluate(requests(1)))
    const stopped = fixture.pool.stop()
    await settle()
    fixture.timers.advance(1_000)
    await stopped
    expect(await rejected).toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
  })
})

import { toHash32 } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { CALL_SHARE, SLICE_MS } from '../../../src/engine/call-share.ts'
import type {
  GeneratedToken,
  GenerateOptions,
  Generation,
  GenerationRequest,
} from '../../../src/engine/inference-engine.ts'
import { createRunning, failure, firstWords, type PoolFixture, requests, settle, worker } from './pool-fixture.ts'

const REQUEST: GenerationRequest = {
  prompt: Uint32Array.of(1, 40, 41),
  maxTokens: 8,
  sampling: { temperature: 1000, seed: new Uint8Array(32).fill(5) },
  stopTokens: [2],
}
const HASH = toHash32(new Uint8Array(32).fill(7))
const JOB = {
  exam: { format: 'bytes-1', tokens: 100, answerTokens: 8, minSaltTokens: 8, probes: 4 },
  epochKey: HASH,
  sealHash: HASH,
  target: 1n,
} as const

function generate({ pool }: PoolFixture, options: GenerateOptions = {}): Promise<Generation> {
  return pool.generate(REQUEST, options)
}

function searchForEver({ pool }: PoolFixture): void {
  if (pool.search === undefined) throw new Error('the pool does not search')
  void pool.search(JOB, { first: 0n, end: 1n << 60n }).catch(() => undefined)
}

/** The slice of the worker, which must have one. */
function sliceOf(fixture: PoolFixture, index?: number): NonNullable<ReturnType<typeof worker>['slice']> {
  const { slice } = worker(fixture, index)
  if (slice === undefined) throw new Error('the worker generates nothing')
  return slice
}

describe('a generation', () => {
  it('tells of its tokens in order, and ends with them', async () => {
    const fixture = await createRunning()
    const told: GeneratedToken[] = []
    const result = generate(fixture, { onToken: (step) => void told.push(step) })
    expect(sliceOf(fixture)).toMatchObject({ from: { ...REQUEST, output: [] } })
    worker(fixture).draw(50)
    worker(fixture).draw(51, 2)
    worker(fixture).rest('ended')
    const words = Uint32Array.of(...new Array(4).fill(50), ...new Array(4).fill(51), ...new Array(4).fill(2))
    expect(await result).toEqual({ tokens: Uint32Array.of(50, 51, 2), words, finite: true })
    expect(told.map(({ index, token }) => [index, token])).toEqual([
      [0, 50],
      [1, 51],
      [2, 2],
    ])
  })

  it('ends where numbers are not finite', async () => {
    const fixture = await createRunning()
    const result = generate(fixture)
    worker(fixture).draw(50)
    worker(fixture).rest('not-finite')
    expect(await result).toMatchObject({ tokens: Uint32Array.of(50), finite: false })
  })

  it('goes on after a rest with the tokens that it has', async () => {
    const fixture = await createRunning()
    const told: number[] = []
    const result = generate(fixture, { onToken: ({ index }) => void told.push(index) })
    const { generation } = sliceOf(fixture)
    worker(fixture).draw(50, 51)
    worker(fixture).rest('interrupted')
    await settle()
    fixture.timers.advance(1000)
    expect(sliceOf(fixture)).toMatchObject({ generation, from: { output: [50, 51] } })
    worker(fixture).draw(52)
    worker(fixture).rest('ended')
    expect((await result).tokens).toEqual(Uint32Array.of(50, 51, 52))
    expect(told).toEqual([0, 1, 2])
  })

  it('does not change with the arrays of its caller', async () => {
    const fixture = await createRunning()
    const prompt = Uint32Array.of(1, 40)
    const seed = new Uint8Array(32)
    const result = fixture.pool.generate({ ...REQUEST, prompt, sampling: { temperature: 1, seed } })
    prompt[1] = 99
    seed[0] = 99
    worker(fixture).rest('interrupted')
    await settle()
    expect(sliceOf(fixture).from).toMatchObject({
      prompt: Uint32Array.of(1, 40),
      sampling: { seed: new Uint8Array(32) },
    })
    worker(fixture).rest('ended')
    await result
  })
})

describe('a generation that is refused', () => {
  const { sampling } = REQUEST
  it.each<[string, Partial<GenerationRequest>, string]>([
    ['of no tokens', { maxTokens: 0 }, 'maxTokens'],
    ['of half a token', { maxTokens: 1.5 }, 'maxTokens'],
    ['of one token more than fits', { maxTokens: 99 }, 'maxTokens'],
    ['without a prompt', { prompt: new Uint32Array() }, 'prompt'],
    ['of a prompt longer than the context', { prompt: new Uint32Array(101) }, 'prompt'],
    ['of a prompt that is a plain list', { prompt: [1, 2] as unknown as Uint32Array }, 'prompt'],
    ['of a token outside the vocabulary', { prompt: Uint32Array.of(1, 300) }, 'prompt[1]'],
    ['of a stop token outside the vocabulary', { stopTokens: [300] }, 'stopTokens[0]'],
    ['of half a stop token', { stopTokens: [0.5] }, 'stopTokens[0]'],
    ['of 17 stop tokens', { stopTokens: new Array(17).fill(2) }, 'stopTokens'],
    ['that is too hot', { sampling: { ...sampling, temperature: 100_001 } }, 'sampling.temperature'],
    ['that is below zero', { sampling: { ...sampling, temperature: -1 } }, 'sampling.temperature'],
    ['whose temperature is no number', { sampling: { ...sampling, temperature: Number.NaN } }, 'sampling.temperature'],
    ['of a short seed', { sampling: { ...sampling, seed: new Uint8Array(31) } }, 'sampling.seed'],
    ['of a long seed', { sampling: { ...sampling, seed: new Uint8Array(33) } }, 'sampling.seed'],
  ])('%s never reaches a worker', async (_name, changes, path) => {
    const fixture = await createRunning()
    const rejected = fixture.pool.generate({ ...REQUEST, ...changes })
    await expect(rejected).rejects.toMatchObject({
      code: 'INFERENCE_REQUEST_INVALID',
      message: expect.stringContaining(path),
    })
    expect(worker(fixture).slice).toBeUndefined()
  })

  it('comes one too many', async () => {
    const fixture = await createRunning({ queueLimit: 2 })
    const running = [generate(fixture), generate(fixture), generate(fixture)].map(failure)
    await expect(generate(fixture)).rejects.toMatchObject({ code: 'INFERENCE_QUEUE_FULL' })
    expect(fixture.pool.status.queued).toEqual({ verify: 0, build: 0, mine: 0, call: 2 })
    const building = failure(generate(fixture, { priority: 'build' }))
    expect(fixture.pool.status.queued.build).toBe(1)
    const stopped = fixture.pool.stop()
    worker(fixture).rest('interrupted')
    await stopped
    for (const error of [...running, building]) expect(await error).toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    expect(fixture.timers.pending).toBe(0)
  })

  it('sampled evaluations are checked, too', async () => {
    const fixture = await createRunning()
    const asked = requests(1).map((request) => ({ ...request, sampling: { ...sampling, temperature: 100_001 } }))
    await expect(fixture.pool.evaluate(asked)).rejects.toMatchObject({ code: 'INFERENCE_REQUEST_INVALID' })
  })
})

describe('the order', () => {
  it('lets a replay in at once, and the generation goes on after it', async () => {
    const fixture = await createRunning()
    const generation = generate(fixture, { priority: 'build' })
    expect(sliceOf(fixture).milliseconds).toBe(0)
    const replay = fixture.pool.evaluate(requests(7))
    expect(worker(fixture).batches[0]?.firstTokens).toEqual([7])
    worker(fixture).draw(50)
    worker(fixture).rest('interrupted')
    await settle()
    // Not before the replay is answered.
    expect(worker(fixture).slice).toBeUndefined()
    worker(fixture).answer()
    expect(firstWords(await replay)).toEqual([7])
    await settle()
    expect(sliceOf(fixture).from.output).toEqual([50])
    worker(fixture).rest('ended')
    await generation
  })

  it('lets what is less urgent wait for the end of a slice', async () => {
    const fixture = await createRunning()
    const generation = generate(fixture, { priority: 'build' })
    const attempt = fixture.pool.evaluate(requests(7), { priority: 'mine' })
    await settle()
    expect(worker(fixture).batches).toEqual([])
    worker(fixture).rest('ended')
    await generation
    await settle()
    worker(fixture).answer()
    await attempt
  })

  it('asks a call to rest for a block that is built', async () => {
    const fixture = await createRunning()
    const call = generate(fixture)
    expect(worker(fixture).wantsRest).toBe(0)
    const building = generate(fixture, { priority: 'build' })
    expect(worker(fixture).wantsRest).toBeGreaterThan(0)
    const { generation } = sliceOf(fixture)
    worker(fixture).draw(50)
    worker(fixture).rest('interrupted')
    await settle()
    expect(sliceOf(fixture).generation).not.toBe(generation)
    worker(fixture).rest('ended')
    await building
    await settle()
    expect(sliceOf(fixture)).toMatchObject({ generation, from: { output: [50] } })
    worker(fixture).rest('ended')
    await call
  })

  it('runs generations side by side, and keeps each where its keys and values are', async () => {
    const fixture = await createRunning({ workers: 2 })
    const calls = [generate(fixture), generate(fixture)]
    const before = [0, 1].map((index) => sliceOf(fixture, index).generation)
    for (const index of [1, 0]) worker(fixture, index).rest('interrupted')
    await settle()
    expect([0, 1].map((index) => sliceOf(fixture, index).generation)).toEqual(before)
    for (const index of [0, 1]) worker(fixture, index).rest('ended')
    await Promise.all(calls)
  })

  it('moves a generation whose worker is busy to one that is free', async () => {
    const fixture = await createRunning({ workers: 2, batchRequests: 1 })
    const call = generate(fixture)
    const { generation } = sliceOf(fixture, 0)
    const replays = fixture.pool.evaluate(requests(7, 8))
    worker(fixture, 0).draw(50)
    worker(fixture, 0).rest('interrupted')
    worker(fixture, 1).answer()
    await settle()
    expect(sliceOf(fixture, 1)).toMatchObject({ generation, from: { output: [50] } })
    worker(fixture, 1).rest('ended')
    worker(fixture, 0).answer()
    await Promise.all([call, replays])
  })
})

describe('calls beside attempts that never end', () => {
  it('get their share of a worker that searches, and no more', async () => {
    const fixture = await createRunning()
    searchForEver(fixture)
    await settle()
    expect(worker(fixture).search).toBeDefined()
    const call = generate(fixture)
    let served = 0
    const total = 40 * SLICE_MS
    for (let ms = 0; ms < total; ms++) {
      await settle()
      const isServed = worker(fixture).slice !== undefined
      fixture.timers.advance(1)
      if (!isServed) continue
      expect(sliceOf(fixture).milliseconds).toBe(SLICE_MS)
      served += 1
      if (served % SLICE_MS === 0) worker(fixture).rest('interrupted')
    }
    expect(served / total).toBeGreaterThan(CALL_SHARE - 0.03)
    expect(served / total).toBeLessThan(CALL_SHARE + 0.03)
    await settle()
    fixture.timers.advance(total)
    worker(fixture).rest('ended')
    await call
    expect(worker(fixture).search).toBeDefined()
  })

  it('get their share of a worker whose attempts are evaluations', async () => {
    const fixture = await createRunning()
    const abort = new AbortController()
    const attempts = failure(
      fixture.pool.evaluate(requests(...new Array(400).fill(9)), { priority: 'mine', signal: abort.signal }),
    )
    const call = failure(generate(fixture, { signal: abort.signal }))
    const spent = { calls: 0, attempts: 0 }
    for (let turn = 0; turn < 80; turn++) {
      await settle()
      fixture.timers.advance(SLICE_MS)
      if (worker(fixture).slice !== undefined) {
        spent.calls += 1
        worker(fixture).rest('interrupted')
      } else {
        spent.attempts += 1
        worker(fixture).answer()
      }
    }
    expect(spent).toEqual({ calls: 20, attempts: 60 })
    abort.abort()
    await Promise.all([attempts, call])
  })

  it('never make a replay wait', async () => {
    const fixture = await createRunning()
    searchForEver(fixture)
    await settle()
    const call = failure(generate(fixture))
    const replay = fixture.pool.evaluate(requests(3))
    expect(worker(fixture).batches).toHaveLength(1)
    fixture.timers.advance(SLICE_MS)
    worker(fixture).rest('interrupted')
    worker(fixture).answer()
    await replay
    await settle()
    // It rests from calls now: a second replay finds it searching, and goes first again.
    const second = fixture.pool.evaluate(requests(4))
    expect(worker(fixture).batches).toHaveLength(1)
    worker(fixture).answer()
    await second
    const stopped = fixture.pool.stop()
    worker(fixture).endSearch({ wasCancelled: true })
    await stopped
    expect(await call).toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    expect(fixture.timers.pending).toBe(0)
  })

  it('have no bound where nobody attempts anything', async () => {
    const fixture = await createRunning()
    const call = generate(fixture)
    for (let slice = 0; slice < 10; slice++) {
      expect(worker(fixture).slice).toBeDefined()
      fixture.timers.advance(SLICE_MS)
      worker(fixture).rest('interrupted')
      await settle()
    }
    worker(fixture).rest('ended')
    await call
  })
})

describe('cancellation', () => {
  it('tells the caller at once, and the worker rests', async () => {
    const fixture = await createRunning()
    const abort = new AbortController()
    const reason = new Error('nobody listens')
    const told: number[] = []
    const result = failure(generate(fixture, { signal: abort.signal, onToken: ({ token }) => void told.push(token) }))
    worker(fixture).draw(50)
    abort.abort(reason)
    expect(await result).toBe(reason)
    expect(worker(fixture).wantsRest).toBe(1)
    worker(fixture).draw(51)
    worker(fixture).rest('interrupted')
    await settle()
    expect(told).toEqual([50])
    expect(worker(fixture).slice).toBeUndefined()
    expect(fixture.pool.status.workers).toMatchObject([{ state: 'idle' }])
  })

  it('of what waits leaves nothing behind, however often', async () => {
    const fixture = await createRunning()
    const first = generate(fixture)
    for (let storm = 0; storm < 50; storm++) {
      const abort = new AbortController()
      const calls = Array.from({ length: 40 }, () => failure(generate(fixture, { signal: abort.signal })))
      expect(fixture.pool.status.queued.call).toBe(40)
      abort.abort()
      await Promise.all(calls)
      expect(fixture.pool.status.queued.call).toBe(0)
    }
    worker(fixture).rest('ended')
    await first
    await settle()
    expect(worker(fixture).slice).toBeUndefined()
  })

  it('before the start is no generation', async () => {
    const fixture = await createRunning()
    const reason = new Error('too late')
    await expect(generate(fixture, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(worker(fixture).slice).toBeUndefined()
  })
})

describe('a worker that dies under a generation', () => {
  it.each([
    ['all tokens', [50, 51, 52, 53, 54, 55, 56, 57]],
    ['a token that ends it', [50, 2]],
  ])('has answered if it told of %s', async (_, tokens) => {
    const fixture = await createRunning({ workers: 2 })
    const result = generate(fixture)
    worker(fixture, 0).draw(...tokens)
    worker(fixture, 0).die({ signal: 'SIGKILL' })
    expect(await result).toMatchObject({ tokens: Uint32Array.from(tokens), finite: true })
    expect(worker(fixture, 1).slice).toBeUndefined()
  })

  it('is outlived by it: another one goes on from the last token', async () => {
    const fixture = await createRunning({ workers: 2 })
    const told: number[] = []
    const result = generate(fixture, { onToken: ({ index }) => void told.push(index) })
    worker(fixture, 0).draw(50, 51)
    worker(fixture, 0).die({ signal: 'SIGKILL' })
    await settle()
    expect(sliceOf(fixture, 1).from.output).toEqual([50, 51])
    worker(fixture, 1).draw(52)
    worker(fixture, 1).rest('ended')
    expect((await result).tokens).toEqual(Uint32Array.of(50, 51, 52))
    expect(told).toEqual([0, 1, 2])
  })

  it('twice by itself is its fault: it is refused from then on', async () => {
    const fixture = await createRunning()
    const rejected = failure(generate(fixture))
    for (let death = 0; death < 2; death++) {
      worker(fixture).die()
      await settle()
      fixture.timers.advance(1_000)
      await settle()
      worker(fixture).ready()
      await settle()
    }
    expect(await rejected).toMatchObject({ code: 'INFERENCE_WORKER_CRASHED' })
    await expect(generate(fixture)).rejects.toMatchObject({ code: 'INFERENCE_REQUEST_REFUSED' })
    const other = fixture.pool.generate({ ...REQUEST, maxTokens: 3 })
    worker(fixture).rest('ended')
    await other
  })

  it('is not held against it once it was answered', async () => {
    const fixture = await createRunning()
    for (let round = 0; round < 3; round++) {
      const result = generate(fixture)
      worker(fixture).die()
      await settle()
      fixture.timers.advance(1_000)
      await settle()
      worker(fixture).ready()
      await settle()
      worker(fixture).draw(50, 2)
      worker(fixture).rest('ended')
      expect((await result).tokens).toEqual(Uint32Array.of(50, 2))
      await settle()
    }
  })

  it('is killed if it tells of no token in time', async () => {
    const fixture = await createRunning({ requestTimeoutMs: 500 })
    const result = failure(generate(fixture, { priority: 'build' }))
    fixture.timers.advance(400)
    worker(fixture).draw(50)
    fixture.timers.advance(400)
    expect(worker(fixture).killed).toBe(false)
    fixture.timers.advance(100)
    expect(worker(fixture).killed).toBe(true)
    await settle()
    const stopped = fixture.pool.stop()
    expect(await result).toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    await stopped
  })

  it('and does not come back ends what waits', async () => {
    const fixture = await createRunning({ outageTimeoutMs: 5_000 })
    const result = failure(generate(fixture))
    worker(fixture).die({ signal: 'SIGKILL' })
    await settle()
    fixture.timers.advance(5_000)
    expect(await result).toMatchObject({ code: 'INFERENCE_WORKER_CRASHED' })
  })

  it('that tells of half a token is killed', async () => {
    const fixture = await createRunning()
    const result = failure(generate(fixture))
    worker(fixture).tell(Uint32Array.of(1, 2, 3))
    expect(worker(fixture).killed).toBe(true)
    await settle()
    await fixture.pool.stop()
    expect(await result).toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
  })
})

import { toHash32 } from '@poai/core'
import { describe, expect, it } from 'vitest'
import type { SearchJob, SearchProgress, SearchSeal } from '../../../src/engine/attempt-search.ts'
import { createRunning, failure, firstWords, type PoolFixture, requests, settle, worker } from './pool-fixture.ts'

const HASH = toHash32(new Uint8Array(32).fill(7))
const JOB: SearchJob = {
  exam: { format: 'bytes-1', tokens: 100, answerTokens: 8, minSaltTokens: 8, probes: 4 },
  epochKey: HASH,
  sealHash: HASH,
  target: 1n << 240n,
}
const SPAN = { first: 10n, end: 100n }
const SEAL: SearchSeal = { nonce: 17n, lossMicroNats: 5n, transcriptRoot: HASH, workHash: 3n }

function search(
  { pool }: PoolFixture,
  options: { readonly signal?: AbortSignal; readonly reports?: SearchProgress[]; readonly span?: typeof SPAN } = {},
): ReturnType<NonNullable<PoolFixture['pool']['search']>> {
  if (pool.search === undefined) throw new Error('the pool does not search')
  const { signal, reports = [], span = SPAN } = options
  const onProgress = (progress: SearchProgress): void => void reports.push(progress)
  return pool.search(JOB, span, { onProgress, ...(signal === undefined ? {} : { signal }) })
}

describe('a search', () => {
  it('goes to a free worker, reports, and ends with its solution', async () => {
    const fixture = await createRunning()
    const reports: SearchProgress[] = []
    const result = search(fixture, { reports })
    expect(worker(fixture).search).toMatchObject({ job: JOB, span: SPAN })
    expect(fixture.pool.status.workers).toMatchObject([{ state: 'busy' }])
    worker(fixture).progress(8, SEAL)
    worker(fixture).endSearch({ solution: SEAL, next: 18n })
    expect(await result).toEqual({ solution: SEAL, next: 18n })
    expect(reports).toEqual([{ attempts: 8, voids: 0, best: SEAL }])
    await settle()
    expect(fixture.pool.status.workers).toMatchObject([{ state: 'idle' }])
  })

  it('ends with its span, which may reach to the end of all nonces', async () => {
    const fixture = await createRunning()
    const result = search(fixture, { span: { first: 10n, end: 2n ** 64n } })
    worker(fixture).endSearch({ next: 2n ** 64n - 1n })
    expect(await result).toEqual({ solution: undefined, next: 2n ** 64n })
  })

  it('of no nonces is over before a worker sees it', async () => {
    const fixture = await createRunning()
    expect(await search(fixture, { span: { first: 4n, end: 4n } })).toEqual({ solution: undefined, next: 4n })
    expect(worker(fixture).search).toBeUndefined()
  })

  it('waits for a free worker', async () => {
    const fixture = await createRunning()
    const first = search(fixture)
    const second = search(fixture, { span: { first: 200n, end: 300n } })
    expect(worker(fixture).search?.span).toEqual(SPAN)
    worker(fixture).endSearch({})
    await first
    await settle()
    expect(worker(fixture).search?.span.first).toBe(200n)
    worker(fixture).endSearch({})
    await second
  })

  it('is refused where the engine cannot make its exams', async () => {
    const { pool } = await createRunning()
    const exams = { tokens: 102, answerTokens: 1, minSaltTokens: 0, probes: 17 }
    for (const [name, value] of Object.entries(exams)) {
      const job = { ...JOB, exam: { ...JOB.exam, [name]: value } }
      await expect(pool.search?.(job, SPAN), name).rejects.toMatchObject({ code: 'INFERENCE_REQUEST_INVALID' })
    }
    // Of 100 tokens 2 frame the salt, 7 a question, and 8 are answers.
    const salted = { ...JOB, exam: { ...JOB.exam, minSaltTokens: 84 } }
    await expect(pool.search?.(salted, SPAN)).rejects.toThrow('exam.minSaltTokens')
    await expect(pool.search?.({ ...JOB, target: 2n ** 256n }, SPAN)).rejects.toThrow('target')
    await expect(pool.search?.(JOB, { first: 2n, end: 1n })).rejects.toThrow('span')
  })

  it('takes exams whose salt leaves just the room for a question', async () => {
    const fixture = await createRunning()
    const result = fixture.pool.search?.({ ...JOB, exam: { ...JOB.exam, minSaltTokens: 83 } }, SPAN)
    worker(fixture).endSearch({})
    await expect(result).resolves.toBeDefined()
  })

  it('is refused when too many wait', async () => {
    const fixture = await createRunning({ queueLimit: 2 })
    const waiting = [search(fixture), search(fixture)]
    await expect(search(fixture)).rejects.toMatchObject({ code: 'INFERENCE_QUEUE_FULL' })
    for (const result of waiting) {
      worker(fixture).endSearch({})
      await result
      await settle()
    }
  })
})

describe('evaluations', () => {
  it('go to idle workers first', async () => {
    const fixture = await createRunning({ workers: 2 })
    const searching = search(fixture)
    const answer = fixture.pool.evaluate(requests(1))
    expect(worker(fixture, 0).batches).toEqual([])
    worker(fixture, 1).answer()
    expect(firstWords(await answer)).toEqual([1])
    worker(fixture, 0).endSearch({})
    await searching
  })

  it('go to a searching worker where none is idle, and leave it its search', async () => {
    const fixture = await createRunning()
    const searching = search(fixture)
    const answer = fixture.pool.evaluate(requests(1, 2, 3))
    expect(worker(fixture).batches).toHaveLength(1)
    worker(fixture).answer()
    await settle()
    worker(fixture).answer()
    expect(firstWords(await answer)).toEqual([1, 2, 3])
    expect(fixture.pool.status.workers).toMatchObject([{ state: 'busy' }])
    worker(fixture).endSearch({ solution: SEAL, next: 18n })
    expect(await searching).toEqual({ solution: SEAL, next: 18n })
  })

  it('come before a search that waits', async () => {
    const fixture = await createRunning()
    const first = fixture.pool.evaluate(requests(1, 2))
    const second = fixture.pool.evaluate(requests(3))
    const searching = search(fixture)
    worker(fixture).answer()
    await first
    await settle()
    expect(worker(fixture).search).toBeUndefined()
    worker(fixture).answer()
    await second
    await settle()
    worker(fixture).endSearch({})
    await searching
  })
})

describe('an abort', () => {
  it('ends the search once its worker has told of its last attempts', async () => {
    const fixture = await createRunning()
    const abort = new AbortController()
    const reports: SearchProgress[] = []
    const reason = new Error('a new head')
    const rejected = failure(search(fixture, { signal: abort.signal, reports }))
    abort.abort(reason)
    expect(worker(fixture).wasCancelled).toBe(true)
    worker(fixture).progress(3)
    worker(fixture).endSearch({ next: 13n, wasCancelled: true })
    expect(await rejected).toBe(reason)
    expect(reports.map(({ attempts }) => attempts)).toEqual([3])
  })

  it('changes nothing after a solution', async () => {
    const fixture = await createRunning()
    const abort = new AbortController()
    const result = search(fixture, { signal: abort.signal })
    abort.abort()
    worker(fixture).endSearch({ solution: SEAL, next: 18n })
    expect(await result).toEqual({ solution: SEAL, next: 18n })
  })

  it('takes a search that waits out of the queue at once', async () => {
    const fixture = await createRunning()
    const running = search(fixture)
    const abort = new AbortController()
    const reason = new Error('no longer wanted')
    const rejected = failure(search(fixture, { signal: abort.signal }))
    abort.abort(reason)
    expect(await rejected).toBe(reason)
    worker(fixture).endSearch({})
    await running
    await settle()
    expect(worker(fixture).search).toBeUndefined()
  })

  it('before the call rejects with its reason', async () => {
    const fixture = await createRunning()
    const reason = new Error('too late')
    expect(await failure(search(fixture, { signal: AbortSignal.abort(reason) }))).toBe(reason)
  })

  it('ends a search whose worker dies of it', async () => {
    const fixture = await createRunning()
    const abort = new AbortController()
    const reason = new Error('a new head')
    const rejected = failure(search(fixture, { signal: abort.signal }))
    abort.abort(reason)
    worker(fixture).die()
    expect(await rejected).toBe(reason)
  })
})

describe('a worker', () => {
  it('that dies in a search makes it reject; its reports say where to go on', async () => {
    const fixture = await createRunning()
    const reports: SearchProgress[] = []
    const rejected = failure(search(fixture, { reports }))
    worker(fixture).progress(5)
    worker(fixture).die()
    expect(await rejected).toMatchObject({ code: 'INFERENCE_WORKER_CRASHED' })
    expect(reports).toMatchObject([{ attempts: 5 }])
    fixture.timers.advance(100)
    worker(fixture).ready()
    await settle()
    const again = search(fixture, { span: { first: 15n, end: 100n } })
    expect(worker(fixture).search?.span.first).toBe(15n)
    worker(fixture).endSearch({})
    await again
  })

  it('that is not heard of in a search is killed', async () => {
    const fixture = await createRunning({ requestTimeoutMs: 500 })
    const rejected = failure(search(fixture))
    fixture.timers.advance(400)
    worker(fixture).progress(1)
    fixture.timers.advance(499)
    expect(worker(fixture).killed).toBe(false)
    fixture.timers.advance(1)
    expect(worker(fixture).killed).toBe(true)
    expect(await rejected).toMatchObject({ code: 'INFERENCE_TIMEOUT' })
  })

  it('has as long for a batch beside a search as for one alone', async () => {
    const fixture = await createRunning({ requestTimeoutMs: 500 })
    const searching = search(fixture)
    fixture.timers.advance(400)
    const answer = fixture.pool.evaluate(requests(1, 2))
    fixture.timers.advance(999)
    expect(worker(fixture).killed).toBe(false)
    worker(fixture).answer()
    await answer
    fixture.timers.advance(499)
    worker(fixture).endSearch({})
    await searching
    expect(fixture.timers.pending).toBe(0)
  })

  it('that makes attempts is restarted without delay', async () => {
    const fixture = await createRunning()
    for (let i = 0; i < 3; i++) {
      const rejected = failure(search(fixture))
      worker(fixture).progress(1)
      worker(fixture).die()
      await rejected
      await settle()
      fixture.timers.advance(100)
      worker(fixture).ready()
      await settle()
    }
    expect(fixture.workers).toHaveLength(4)
  })
})

describe('the end of a pool', () => {
  it('by a stop rejects searches after their last reports', async () => {
    const fixture = await createRunning()
    const reports: SearchProgress[] = []
    const running = failure(search(fixture, { reports }))
    const waiting = failure(search(fixture))
    const stopped = fixture.pool.stop()
    expect(await waiting).toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    worker(fixture).progress(2)
    worker(fixture).endSearch({ next: 12n, wasCancelled: true })
    expect(await running).toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    await stopped
    expect(reports).toMatchObject([{ attempts: 2 }])
    expect(fixture.timers.pending).toBe(0)
  })

  it('by a stop does not wait for ever', async () => {
    const fixture = await createRunning({ stopTimeoutMs: 1_000 })
    const rejected = failure(search(fixture))
    const stopped = fixture.pool.stop()
    await settle()
    fixture.timers.advance(1_000)
    await stopped
    expect(await rejected).toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
  })

  it('by another one ends searches where they are, and answers what was asked', async () => {
    const fixture = await createRunning()
    const running = search(fixture)
    const waiting = search(fixture, { span: { first: 200n, end: 300n } })
    const answer = fixture.pool.evaluate(requests(1, 2, 3))
    const retired = fixture.pool.retire()
    expect(await waiting).toEqual({ solution: undefined, next: 200n })
    worker(fixture).endSearch({ next: 42n, wasCancelled: true })
    expect(await running).toEqual({ solution: undefined, next: 42n })
    worker(fixture).answer()
    await settle()
    worker(fixture).answer()
    expect(firstWords(await answer)).toEqual([1, 2, 3])
    await retired
    expect(fixture.pool.status.state).toBe('stopped')
  })

  it('by another one survives the death of its worker', async () => {
    const fixture = await createRunning()
    const running = search(fixture)
    worker(fixture).progress(4)
    const retired = fixture.pool.retire()
    worker(fixture).die()
    expect(await running).toEqual({ solution: undefined, next: 14n })
    await retired
  })
})

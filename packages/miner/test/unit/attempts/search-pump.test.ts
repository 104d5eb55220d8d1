import { setImmediate } from 'node:timers/promises'
import type { AttemptSearcher, SearchProgress, SearchSeal } from '@poai/consensus'
import { type Clock, silentLogger, ZERO_HASH } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NonceSpans } from '../../../src/attempts/nonce-spans.ts'
import { type PumpJob, SearchPump } from '../../../src/attempts/search-pump.ts'
import type { NonceRange } from '../../../src/index.ts'
import { HeldSearcher, sealAt } from '../../support/held-searcher.ts'
import { until } from '../../support/until.ts'

interface NamedJob extends PumpJob {
  readonly name: string
}

function jobOf(name: string, range: NonceRange = { first: 0n, end: 1n << 32n }): NamedJob {
  const search = { exam: testNetwork.work.exam, epochKey: ZERO_HASH, sealHash: ZERO_HASH, target: 1n }
  return { name, search, spans: new NonceSpans(range) }
}

/** What a pump told. */
interface Heard {
  readonly progress: { readonly job: NamedJob; readonly progress: SearchProgress }[]
  readonly solved: { readonly job: NamedJob; readonly seal: SearchSeal }[]
  readonly exhausted: NamedJob[]
  stale: number
}

/** A started pump; it stops with the test. */
async function startPump(
  searcher: AttemptSearcher,
  workers: number,
  clock: Pick<Clock, 'sleep'> = new ManualClock(0),
): Promise<{ readonly pump: SearchPump<NamedJob>; readonly heard: Heard }> {
  const heard: Heard = { progress: [], solved: [], exhausted: [], stale: 0 }
  const pump = new SearchPump<NamedJob>(
    { workers },
    {
      ...{ searcher, clock, logger: silentLogger },
      listener: {
        onProgress: (job, progress) => heard.progress.push({ job, progress }),
        onSolved: (job, seal) => heard.solved.push({ job, seal }),
        onStale: (attempts) => {
          heard.stale += attempts
        },
        onExhausted: (job) => heard.exhausted.push(job),
      },
    },
  )
  await pump.start()
  onTestFinished(() => pump.stop())
  return { pump, heard }
}

describe('a pump of searches', () => {
  it('keeps one search a worker under way, each on nonces of its own', async () => {
    const searcher = new HeldSearcher()
    const { pump, heard } = await startPump(searcher, 3)
    const job = jobOf('a')
    pump.work(job)
    await until('three searches', () => searcher.held.length === 3)
    expect(searcher.held.map(({ span }) => span.first)).toEqual([0n, 1n << 20n, 2n << 20n])
    const [, second] = searcher.held
    second?.tell(5, { best: sealAt(1n << 20n) })
    second?.resolve({ solution: undefined, next: 2n << 20n })
    await until('three again', () => searcher.held.length === 3)
    expect(searcher.held.at(-1)?.span).toEqual({ first: 3n << 20n, end: 4n << 20n })
    expect(heard).toMatchObject({ progress: [{ job, progress: { attempts: 5 } }], solved: [], stale: 0 })
  })

  it('goes on after a solution with the nonces behind it, where it is not halted', async () => {
    const searcher = new HeldSearcher()
    const { pump, heard } = await startPump(searcher, 1)
    const job = jobOf('a')
    pump.work(job)
    await until('a search', () => searcher.held.length === 1)
    searcher.held[0]?.tell(10)
    searcher.held[0]?.resolve({ solution: sealAt(9n), next: 10n })
    await until('another search', () => searcher.begun.length === 2)
    expect(heard.solved).toEqual([{ job, seal: sealAt(9n) }])
    expect(searcher.held[0]?.span).toEqual({ first: 10n, end: 1n << 20n })
  })

  it('lets its lanes go on with the old job until the new one is there, and keeps what they found', async () => {
    const searcher = new HeldSearcher()
    const { pump, heard } = await startPump(searcher, 2)
    const [before, after] = [jobOf('before'), jobOf('after')]
    pump.work(before)
    await until('two searches', () => searcher.held.length === 2)
    const [first, second] = searcher.held
    expect(first?.options.wrapUp?.aborted).toBe(false)
    pump.work(after)
    expect([first, second].map((search) => search?.options.wrapUp?.aborted)).toEqual([true, true])
    expect(first?.options.signal?.aborted).toBe(false)
    first?.tell(3)
    first?.resolve({ solution: sealAt(2n), next: 3n })
    second?.reject(second.options.wrapUp?.reason)
    await until('two searches for the new job', () => searcher.held.length === 2)
    expect(searcher.held.map(({ span }) => span.first)).toEqual([0n, 1n << 20n])
    expect(heard.solved).toEqual([{ job: before, seal: sealAt(2n) }])
    expect(heard.stale).toBe(0)
    expect(pump.failure).toBeUndefined()
  })

  it('halts at once, counts what was in hand, and hears no more of the job', async () => {
    const searcher = new HeldSearcher()
    const { pump, heard } = await startPump(searcher, 2)
    pump.work(jobOf('before'))
    await until('two searches', () => searcher.held.length === 2)
    searcher.held[0]?.resolve({ solution: sealAt(0n), next: 1n })
    // The solution and the new head come in one moment.
    pump.halt()
    expect(searcher.held).toEqual([])
    pump.work(jobOf('after'))
    await until('two searches', () => searcher.held.length === 2)
    expect(heard).toMatchObject({ solved: [], stale: 1 })
    searcher.held[1]?.tell(0, { dropped: 12 })
    pump.halt()
    await until('it has counted', () => heard.stale === 14)
  })

  it('says once that a job has no more nonces, and lets other lanes end theirs, though there is a new job', async () => {
    const searcher = new HeldSearcher()
    const { pump, heard } = await startPump(searcher, 3)
    const [small, next] = [jobOf('small', { first: 0n, end: 2n }), jobOf('next')]
    pump.work(small)
    await until('no more nonces', () => heard.exhausted.length === 1)
    expect(searcher.held).toHaveLength(2)
    pump.work(next)
    await until('a third search', () => searcher.held.length === 3)
    expect(searcher.held.map(({ options }) => options.wrapUp?.aborted)).toEqual([false, false, false])
    searcher.held[0]?.tell(1)
    searcher.held[0]?.resolve({ solution: sealAt(0n), next: 1n })
    await until('its solution', () => heard.solved.length === 1)
    pump.work(jobOf('a third one'))
    expect(searcher.held[0]?.options.wrapUp?.aborted).toBe(true)
    expect(heard.exhausted).toEqual([small])
  })

  it('waits while the engine fails, goes on where it failed, and says so', async () => {
    const clock = new ManualClock(0)
    const searcher = new HeldSearcher()
    const { pump, heard } = await startPump(searcher, 1, clock)
    pump.work(jobOf('a'))
    await until('a search', () => searcher.held.length === 1)
    const broken = new Error('the worker died')
    searcher.held[0]?.tell(40)
    searcher.held[0]?.reject(broken)
    await until('a pause', () => clock.sleepers === 1)
    expect(pump.failure).toBe(broken)
    await clock.advance(500)
    await until('a search', () => searcher.held.length === 1)
    expect(searcher.held[0]?.span).toEqual({ first: 40n, end: 1n << 20n })
    searcher.held[0]?.tell(1)
    expect(pump.failure).toBeUndefined()
    expect(heard.stale).toBe(0)
  })

  it('starts once, and stops with nothing under way', async () => {
    const searcher = new HeldSearcher()
    const { pump } = await startPump(searcher, 2)
    await expect(pump.start()).rejects.toThrow('started once')
    pump.work(jobOf('a'))
    await until('two searches', () => searcher.held.length === 2)
    await pump.stop()
    expect(searcher.held).toEqual([])
    pump.work(jobOf('b'))
    expect(searcher.begun).toHaveLength(2)
  })
})

/** Numbers from 0 to before `limit`, the same in every run. */
function createDice(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

it('tries every nonce once, whatever halts, fails and solves in between', async () => {
  const roll = createDice(1)
  const tried = new Map<bigint, number>()
  const searcher: AttemptSearcher = {
    search: async (_job, { first, end }, { signal, wrapUp, onProgress } = {}) => {
      for (let next = first; next < end; ) {
        const attempts = Math.min(1 + roll(4), Number(end - next))
        for (let index = 0; index < attempts; index++, next++) tried.set(next, (tried.get(next) ?? 0) + 1)
        onProgress?.({ attempts, voids: 0, best: undefined })
        await setImmediate()
        signal?.throwIfAborted()
        if (roll(10) === 0) throw new Error('the worker died')
        if (roll(10) === 0) return { solution: sealAt(next - 1n), next }
        if (wrapUp?.aborted) return { solution: undefined, next }
      }
      return { solution: undefined, next: end }
    },
  }
  const { pump } = await startPump(searcher, 5, { sleep: () => setImmediate() })
  const nonces = 40_960
  const job = jobOf('a', { first: 1000n, end: 1000n + BigInt(nonces) })
  await until('all are tried', () => {
    if (roll(20) === 0) pump.halt()
    if (roll(20) === 0) pump.work(jobOf('another one', { first: 0n, end: 0n }))
    pump.work(job)
    return tried.size === nonces
  })
  expect([...tried.values()].every((times) => times === 1)).toBe(true)
  expect([...tried.keys()].every((nonce) => nonce >= 1000n && nonce < 1000n + BigInt(nonces))).toBe(true)
})

import {
  type AttemptSearcher,
  createAttempts,
  createExamBuilder,
  type ExamEvaluator,
  examToRequest,
  type FinishedAttempt,
  networkExamOptions,
  type SearchJob,
  type SearchProgress,
  type SearchSeal,
  type VoidAttempt,
} from '@poai/consensus'
import { type SealedHeader, sealHash } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, testNetwork } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { createEvaluatingSearcher, createSearcher } from '../../../src/index.ts'
import { HeldEngine } from '../../support/held-engine.ts'
import { HeldSearcher } from '../../support/held-searcher.ts'
import { until } from '../../support/until.ts'

const buildExam = createExamBuilder(networkExamOptions(testNetwork))
/** One attempt in 16 makes a block. */
const TARGET = 1n << 252n
const NONCES = 200n

interface Fixture {
  readonly engine: HeldEngine
  readonly clock: ManualClock
  readonly searcher: AttemptSearcher
  readonly header: SealedHeader
  readonly job: SearchJob
  /** What single attempts at the same job come to, from nonce 0 on. */
  readonly outcomes: readonly (FinishedAttempt | VoidAttempt)[]
}

/** Which token the model found likeliest at the first position. */
const ARG_MAX = 3

/** An infinite number for one exam in eight. */
const sometimesInfinite: HeldEngine['tamper'] = (evaluation) =>
  (evaluation.words[ARG_MAX] ?? 0) % 8 === 0
    ? { ...evaluation, words: evaluation.words.map((word, index) => (index === 1 ? 0x7f80_0000 : word)) }
    : evaluation

async function openSearcher(target = TARGET): Promise<Fixture> {
  const fake = createFakeEngine()
  await fake.start()
  const engine = new HeldEngine(fake)
  engine.tamper = sometimesInfinite
  const clock = new ManualClock(0)
  const { block, hash: epochKey } = new ChainGenerator({ params: testNetwork, evaluator: fake }).genesis
  const header = { ...block.header, target }
  const attempts = createAttempts({ header, epochKey, buildExam, endNonce: NONCES })
  const outcomes: (FinishedAttempt | VoidAttempt)[] = []
  for (const attempt of attempts.take(Number(NONCES))) {
    const [evaluation] = await engine.evaluate([examToRequest(attempt.exam)])
    if (evaluation === undefined) throw new Error('an engine answers')
    outcomes.push(attempts.finish(attempt, evaluation))
  }
  return {
    ...{ engine, clock, header, outcomes },
    searcher: createEvaluatingSearcher({ evaluator: engine, clock }),
    job: { exam: testNetwork.work.exam, epochKey, sealHash: sealHash(header), target },
  }
}

/** The sum of what a search told. */
class Tally {
  attempts = 0
  voids = 0
  dropped = 0
  best: SearchSeal | undefined

  readonly add = ({ attempts, voids, best, dropped = 0 }: SearchProgress): void => {
    this.attempts += attempts
    this.voids += voids
    this.dropped += dropped
    if (this.best === undefined || (best !== undefined && best.workHash < this.best.workHash)) this.best = best
  }
}

function lowest(outcomes: readonly (FinishedAttempt | VoidAttempt)[]): SearchSeal | undefined {
  return outcomes
    .flatMap((outcome) => (outcome.kind === 'void' ? [] : [{ ...outcome.seal, workHash: outcome.workHash }]))
    .sort((a, b) => (a.workHash < b.workHash ? -1 : 1))[0]
}

describe('a search by evaluations', () => {
  it('makes the attempts of the rules, and ends with every solution in the middle', async () => {
    const { engine, searcher, job, outcomes, clock } = await openSearcher()
    engine.isOpen = true
    let first = 0n
    let solutions = 0
    while (first < NONCES) {
      const tally = new Tally()
      const { solution, next } = await searcher.search(job, { first, end: NONCES }, { onProgress: tally.add })
      const at = outcomes.findIndex(({ kind }, index) => kind === 'solved' && index >= first)
      const tried = outcomes.slice(Number(first), at < 0 ? undefined : at + 1)
      expect(next).toBe(first + BigInt(tried.length))
      expect(solution).toEqual(at < 0 ? undefined : lowest(outcomes.slice(at, at + 1)))
      expect(tally).toMatchObject({ attempts: tried.length, best: lowest(tried) })
      expect(tally.voids).toBe(tried.filter(({ kind }) => kind === 'void').length)
      first = next
      if (solution !== undefined) solutions++
      await clock.advance(100)
    }
    // Enough that the comparison says something.
    expect(solutions).toBeGreaterThan(2)
    expect(outcomes.filter(({ kind }) => kind === 'void').length).toBeGreaterThan(5)
  })

  it('has one call with its worker and one that waits, and no more', async () => {
    const { engine, searcher, job } = await openSearcher(0n)
    const stop = new AbortController()
    const search = searcher.search(job, { first: 0n, end: NONCES }, { signal: stop.signal })
    await until('two calls', () => engine.held.length === 2)
    engine.held[1]?.answer()
    await new Promise(setImmediate)
    // Its turn is after the first one.
    expect(engine.held).toHaveLength(1)
    engine.held[0]?.answer()
    await until('two calls', () => engine.held.length === 2)
    stop.abort()
    await expect(search).rejects.toBe(stop.signal.reason)
    expect(engine.held).toEqual([])
  })

  it('tells at its abort what was tried and what was given up', async () => {
    const { engine, searcher, job } = await openSearcher(0n)
    const stop = new AbortController()
    const tally = new Tally()
    const options = { signal: stop.signal, onProgress: tally.add }
    const search = searcher.search(job, { first: 0n, end: NONCES }, options)
    await until('two calls', () => engine.held.length === 2)
    engine.held[0]?.answer()
    await until('an attempt', () => tally.attempts === 1)
    await until('two calls', () => engine.held.length === 2)
    stop.abort(new Error('a new head'))
    await expect(search).rejects.toThrow('a new head')
    expect(tally).toMatchObject({ attempts: 1, dropped: 1 })
    await expect(searcher.search(job, { first: 0n, end: 1n }, options)).rejects.toThrow('a new head')
    expect(engine.held).toEqual([])
  })

  it('wraps up with the attempts that were begun', async () => {
    const { engine, searcher, job } = await openSearcher(0n)
    const better = new AbortController()
    const tally = new Tally()
    const options = { wrapUp: better.signal, onProgress: tally.add }
    const search = searcher.search(job, { first: 5n, end: NONCES }, options)
    await until('two calls', () => engine.held.length === 2)
    better.abort()
    engine.answerAll()
    expect(await search).toEqual({ solution: undefined, next: 7n })
    expect(tally).toMatchObject({ attempts: 2, dropped: 0 })
    expect(engine.held).toEqual([])
  })

  it('ends with the error of its evaluator, and with no call left', async () => {
    const { engine, searcher, job } = await openSearcher(0n)
    const search = searcher.search(job, { first: 0n, end: NONCES })
    await until('two calls', () => engine.held.length === 2)
    engine.held[0]?.fail(new Error('no worker'))
    await expect(search).rejects.toThrow('no worker')
    expect(engine.held).toEqual([])
    const silent: ExamEvaluator = { evaluate: async () => [] }
    const unanswered = createEvaluatingSearcher({ evaluator: silent, clock: new ManualClock(0) })
    await expect(unanswered.search(job, { first: 0n, end: 1n })).rejects.toMatchObject({
      code: 'CONSENSUS_EVALUATION_SHAPE',
    })
  })

  it('has nothing to do in an empty span', async () => {
    const { searcher, job } = await openSearcher()
    expect(await searcher.search(job, { first: 3n, end: 3n })).toEqual({ solution: undefined, next: 3n })
  })
})

describe('a searcher for an engine', () => {
  it('is the engine’s own where it has one, which gives up where others wrap up', async () => {
    const { engine, job, clock } = await openSearcher()
    const own = new HeldSearcher()
    const searcher = createSearcher(
      { evaluate: (...call) => engine.evaluate(...call), search: (...call) => own.search(...call) },
      { clock },
    )
    const better = new AbortController()
    const search = searcher.search(job, { first: 0n, end: 9n }, { wrapUp: better.signal })
    expect(own.held).toMatchObject([{ job, span: { first: 0n, end: 9n } }])
    better.abort()
    await expect(search).rejects.toBe(better.signal.reason)
    const stop = new AbortController()
    const options = { signal: stop.signal, wrapUp: new AbortController().signal }
    const stopped = searcher.search(job, { first: 0n, end: 9n }, options)
    stop.abort()
    await expect(stopped).rejects.toBe(stop.signal.reason)
    expect(engine.held).toEqual([])
  })

  it('evaluates where the engine has none', async () => {
    const { engine, job, clock } = await openSearcher(0n)
    engine.isOpen = true
    const searcher = createSearcher(engine, { clock })
    expect(await searcher.search(job, { first: 0n, end: 9n })).toEqual({ solution: undefined, next: 9n })
  })
})

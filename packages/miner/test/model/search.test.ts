import {
  type AttemptSearcher,
  createExamBuilder,
  deriveExamSeed,
  examToRequest,
  networkExamOptions,
  type SearchJob,
  type SearchProgress,
  type SearchResult,
  type SearchSeal,
} from '@poai/consensus'
import { devnet, hash32, utf8ToBytes } from '@poai/core'
import { type BenchEngine, openBenchEngine } from '@poai/testing/bench-engine'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEvaluatingSearcher, createSearcher } from '../../src/index.ts'
import { systemClock } from '../support/system-clock.ts'

const job: SearchJob = {
  exam: devnet.work.exam,
  epochKey: hash32(utf8ToBytes('an epoch')),
  sealHash: hash32(utf8ToBytes('a header')),
  // One attempt in 16.
  target: 1n << 252n,
}
const FIRST = (1n << 40n) - 50n
const END = FIRST + 100n

let model: BenchEngine

beforeAll(async () => {
  model = await openBenchEngine(undefined, { program: 'wasm' })
})

afterAll(() => model.close())

/** How a search of a span ended, with the sum of what it told. */
interface Told extends SearchResult {
  readonly attempts: number
  readonly voids: number
  readonly best: SearchSeal | undefined
}

/** All searches that a range takes, from solution to solution. */
async function searchAll(searcher: AttemptSearcher, target: bigint): Promise<readonly Told[]> {
  const all: Told[] = []
  for (let first = FIRST; first < END; ) {
    const progress: SearchProgress[] = []
    const onProgress = (told: SearchProgress): void => void progress.push(told)
    const result = await searcher.search({ ...job, target }, { first, end: END }, { onProgress })
    const attempts = progress.reduce((sum, told) => sum + told.attempts, 0)
    const voids = progress.reduce((sum, told) => sum + told.voids, 0)
    const bests = progress.flatMap(({ best }) => (best === undefined ? [] : [best]))
    const [best] = bests.sort((a, b) => (a.workHash < b.workHash ? -1 : 1))
    all.push({ ...result, attempts, voids, best })
    first = result.next
  }
  return all
}

it('finds in whole attempts what single evaluations find by the rules', async () => {
  const { engine } = model
  const clock = systemClock
  const own = await searchAll(createSearcher(engine, { clock }), job.target)
  expect(own).toEqual(await searchAll(createEvaluatingSearcher({ evaluator: engine, clock }), job.target))
  expect(own.filter(({ solution }) => solution !== undefined).length).toBeGreaterThan(1)
  expect(own.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(100)
})

it('replays before it goes on with attempts, and makes each of those once all the same', async () => {
  const { engine } = model
  const searching = searchAll(createSearcher(engine, { clock: systemClock }), 0n)
  let isOver = false
  const over = searching.finally(() => {
    isOver = true
  })
  const exam = createExamBuilder(networkExamOptions(devnet))(deriveExamSeed({ ...job, nonce: 1n }))
  const [alone] = await engine.evaluate([examToRequest(exam)])
  let replays = 0
  for (; replays < 10; replays++) {
    const [replay] = await engine.evaluate([examToRequest(exam)], { priority: 'verify' })
    expect(replay?.words).toEqual(alone?.words)
  }
  // A search of a hundred attempts would have kept them waiting to its end.
  expect(isOver).toBe(false)
  await over
  expect(await searching).toMatchObject([{ solution: undefined, next: END, attempts: 100 }])
})

import { readFileSync } from 'node:fs'
import { createPortableEngine, type Generation, type GenerationRequest, type InferenceEngine } from '@poai/inference'
import { hasProgramForTests, prepareProgramCache, seededExamRequests } from '@poai/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createTestModel, WIDE_SHAPE } from '../test-model.ts'
import { SEARCH_JOB } from './search-job.ts'

const canCompile = hasProgramForTests(['cc', 'gcc', 'clang'], 'apt-get install gcc')
const PROGRAMS = canCompile ? (['wasm', 'native'] as const) : (['wasm'] as const)
const model = await createTestModel(WIDE_SHAPE)
let cacheDirectory = model.options.cacheDirectory

beforeAll(async () => {
  if (canCompile) cacheDirectory = await prepareProgramCache()
})
afterAll(async () => await model.remove())

/** That a worker keeps apart, as in `engine.h`, and that of evaluations. */
const SEQUENCES = 5

async function start(program: 'wasm' | 'native', workers = 1): Promise<InferenceEngine> {
  const engine = createPortableEngine({ modelPath: model.options.modelPath, cacheDirectory, workers, program })
  onTestFinished(() => engine.stop())
  await engine.start()
  return engine
}

function requestOf(seed: number, maxTokens = 200): GenerationRequest {
  const prompt = Uint32Array.from({ length: 40 }, (_, i) => (i === 0 ? 1 : 3 + ((i * 7 + seed) % 90)))
  return { prompt, maxTokens, sampling: { temperature: 1000, seed: new Uint8Array(32).fill(seed) }, stopTokens: [] }
}

describe.each(PROGRAMS)('generations of the own engine, %s', (program) => {
  it('go on beside a search and replays, more of them than a worker keeps apart', async () => {
    const engine = await start(program)
    const requests = Array.from({ length: 7 }, (_, seed) => requestOf(seed, 12))
    const alone: Generation[] = []
    for (const request of requests) alone.push(await engine.generate(request))
    const exams = seededExamRequests('generation life', 1)
    const [expected] = await engine.evaluate(exams)
    const abort = new AbortController()
    const searching = engine
      .search?.(SEARCH_JOB, { first: 0n, end: 1n << 60n }, { signal: abort.signal })
      .catch(() => undefined)
    const priorities = ['call', 'mine', 'build', 'verify'] as const
    const together = requests.map((request, index) =>
      engine.generate(request, { priority: priorities[index % priorities.length] ?? 'call' }),
    )
    for (let round = 0; round < 10; round++) expect((await engine.evaluate(exams))[0]?.words).toEqual(expected?.words)
    expect(await Promise.all(together)).toEqual(alone)
    abort.abort()
    await searching
  })

  it('leave nothing behind when they are cancelled again and again', async () => {
    const engine = await start(program)
    const [pid] = engine.status.workers.map((worker) => worker.pid)
    const expected = await engine.generate(requestOf(1, 20))
    const storm = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const abort = new AbortController()
        const running = engine.generate(requestOf(i % 256), { signal: abort.signal, onToken: () => abort.abort() })
        const waiting = engine.generate(requestOf(255 - (i % 256)), { signal: abort.signal })
        for (const { status } of await Promise.allSettled([running, waiting])) expect(status).toBe('rejected')
      }
    }
    // What it takes for as many sequences as it keeps apart, to their ends, it takes once.
    for (let seed = 0; seed < SEQUENCES; seed++) await engine.generate(requestOf(seed, 216))
    await storm(20)
    const before = residentPages(pid)
    await storm(100)
    expect(engine.status.queued.call).toBe(0)
    if (program === 'native') expect(residentPages(pid) - before).toBeLessThan(32)
    expect(await engine.generate(requestOf(1, 20))).toEqual(expected)
  })
})

describe.skipIf(!canCompile)('workers that are killed', () => {
  it('in the middle of generations are outlived by them, and no token is told twice', async () => {
    const engine = await start('native', 2)
    const requests = [1, 2, 3, 4].map((seed) => requestOf(seed))
    const expected: Generation[] = []
    for (const request of requests) expected.push(await engine.generate(request))
    for (const [round, request] of requests.entries()) {
      const told: number[] = []
      const generation = engine.generate(request, {
        onToken: ({ index }) => {
          told.push(index)
          if (told.length !== 1 + round) return
          const victim = engine.status.workers.find(({ state }) => state === 'busy')
          if (victim?.pid !== undefined) process.kill(victim.pid, 'SIGKILL')
        },
      })
      expect(await generation).toEqual(expected[round])
      expect(told).toEqual(Array.from({ length: request.maxTokens }, (_, index) => index))
      expect(engine.status.crashes).toBe(round + 1)
    }
  })

  it('as often as they come back end the generation with an error', async () => {
    const engine = await start('native')
    const kill = (): void => {
      const [worker] = engine.status.workers
      if (worker?.pid !== undefined) process.kill(worker.pid, 'SIGKILL')
    }
    const rejected = engine.generate(requestOf(9), { onToken: kill })
    await expect(rejected).rejects.toMatchObject({ code: 'INFERENCE_WORKER_CRASHED' })
    await expect(engine.generate(requestOf(9, 5))).resolves.toMatchObject({ finite: true })
  })
})

/** Pages of memory that the process has in use. */
function residentPages(pid: number | undefined): number {
  return pid === undefined ? 0 : Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
}

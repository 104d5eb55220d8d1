import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLlamaEngine, type Evaluation, type InferenceEngine } from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createTestModel } from '../test-model.ts'
import { runWorkerKills } from '../worker-kills.ts'

const model = await createTestModel()
afterAll(async () => await model.remove())

const EXAMS = seededExamRequests('worker-life', 24)
const engines: InferenceEngine[] = []

async function start(
  options: { workers?: number; batchRequests?: number; niceness?: number } = {},
): Promise<InferenceEngine> {
  const engine = createLlamaEngine({ ...model.options, ...options })
  engines.push(engine)
  await engine.start()
  return engine
}

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()))
})

function words(evaluations: readonly Evaluation[]): readonly Uint32Array[] {
  return evaluations.map((evaluation) => evaluation.words)
}

describe('cold start', () => {
  it('works for two nodes at once with one empty cache folder', async () => {
    const cacheDirectory = join(model.folder, 'shared', 'cache')
    const pair = [1, 2].map(() => createLlamaEngine({ ...model.options, cacheDirectory }))
    engines.push(...pair)
    await Promise.all(pair.map((engine) => engine.start()))
    const [first, second] = await Promise.all(pair.map((engine) => engine.evaluate(EXAMS.slice(0, 2))))
    expect(words(first ?? [])).toEqual(words(second ?? []))
  })

  it('says at once that there is no model', async () => {
    const engine = createLlamaEngine({ ...model.options, modelPath: join(model.folder, 'none.gguf') })
    await expect(engine.start()).rejects.toMatchObject({ code: 'INFERENCE_START_FAILED', hint: expect.any(String) })
    expect(engine.status.state).toBe('failed')
    await engine.stop()
  })

  it('refuses a file that is no model before a worker sees it', async () => {
    const modelPath = join(model.folder, 'broken.gguf')
    await writeFile(modelPath, 'GGUF but not really')
    const engine = createLlamaEngine({ ...model.options, modelPath })
    await expect(engine.start()).rejects.toMatchObject({ code: 'INFERENCE_START_FAILED' })
    expect(engine.status.workers).toEqual([])
  })
})

describe('the priority of workers', () => {
  it.each([0, 7])('is %i', async (niceness) => {
    const engine = await start({ workers: 2, niceness })
    await engine.evaluate(EXAMS.slice(0, 2))
    const priorities = engine.status.workers.map(({ pid }) => getPriority(pid))
    expect(priorities).toEqual([1, 2].map(() => Math.max(niceness, getPriority())))
  })
})

describe('a worker that breaks', () => {
  it('is replaced, and what it was working on is answered', async () => {
    const engine = await start()
    const [expected] = words(await engine.evaluate(EXAMS.slice(0, 1)))
    const [worker] = engine.status.workers
    const answer = engine.evaluate(EXAMS.slice(0, 1))
    process.kill(worker?.pid ?? 0, 'SIGSEGV')
    expect(words(await answer)).toEqual([expected])
    expect(engine.status).toMatchObject({ crashes: 1, workers: [{ restarts: 1 }] })
  })
})

describe('killed workers', () => {
  it('cost no request its answer, its bits or its end', async () => {
    const report = await runWorkerKills(model.options, EXAMS, { kills: 8 })
    expect(report).toMatchObject({ kills: 8, wrong: 0, hung: 0 })
    expect(report.answered + report.failed).toBe(report.asked)
    expect(report.crashes).toBeGreaterThanOrEqual(8)
  })
})

describe('verification', () => {
  it('waits for at most the mining batches in flight', async () => {
    const engine = await start({ workers: 1, batchRequests: 2 })
    const order: string[] = []
    const mining = EXAMS.map((request, index) =>
      engine.evaluate([request], { priority: 'mine' }).then(() => order.push(`mine ${index}`)),
    )
    const verification = engine.evaluate(EXAMS.slice(0, 1), { priority: 'verify' }).then(() => order.push('verify'))
    await Promise.all([...mining, verification])
    expect(order.indexOf('verify')).toBeLessThanOrEqual(1)
  })
})

describe('cancellation', () => {
  it('frees the engine for other work, which gets its own bits', async () => {
    const engine = await start()
    const expected = await engine.evaluate(EXAMS.slice(0, 3))
    const abort = new AbortController()
    const mining = engine.evaluate(EXAMS, { priority: 'mine', signal: abort.signal })
    abort.abort()
    await expect(mining).rejects.toMatchObject({ name: 'AbortError' })
    expect(engine.status.queued.mine).toBe(0)
    expect(words(await engine.evaluate(EXAMS.slice(0, 3)))).toEqual(words(expected))
  })
})

describe('the death of the parent', () => {
  it('ends its workers', async () => {
    const parent = spawn(
      process.execPath,
      [
        '--conditions=source',
        fileURLToPath(new URL('../doomed-parent.ts', import.meta.url)),
        JSON.stringify(model.options),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const workers = JSON.parse(await readLine(parent)) as readonly number[]
    expect(workers.every(isAlive)).toBe(true)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await until(() => !workers.some(isAlive))
  })
})

async function readLine(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text
}

/** True if the process exists and is no zombie. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`)
}

/** Resolves when `condition` holds; the test's own time limit is the bound. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  buildProgram,
  createPortableEngine,
  EngineError,
  type EngineEvent,
  findNativeProgram,
  type InferenceEngine,
  type PortableEngineDependencies,
  type PortableEngineOptions,
  type SearchProgress,
} from '@poai/inference'
import { hasProgramForTests, preparePortableCache, prepareProgramCache, seededExamRequests } from '@poai/testing'
import { afterAll, afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { createTestModel } from '../test-model.ts'
import { SEARCH_JOB } from './search-job.ts'

const canCompile = hasProgramForTests(['cc', 'gcc', 'clang'], 'apt-get install gcc')
const model = await createTestModel()
const PATH = process.env['PATH']
const EXAMS = seededExamRequests('improving', 4)

afterAll(async () => await model.remove())
afterEach(() => {
  process.env['PATH'] = PATH
})

async function emptyCache(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-program-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A compiler that knows one program and has it at once; the real one is busy for seconds. Comes first in the path. */
async function useQuickCompiler(): Promise<void> {
  const program = await findNativeProgram(await prepareProgramCache())
  const folder = await emptyCache()
  const lines = [
    '#!/bin/sh',
    'if [ "$1" = --version ]; then echo quick; exit; fi',
    'for output; do :; done',
    `exec cp "${program?.file}" "$output"`,
  ]
  await writeFile(join(folder, 'cc'), `${lines.join('\n')}\n`, { mode: 0o755 })
  process.env['PATH'] = `${folder}:${PATH}`
}

interface Started {
  readonly engine: InferenceEngine
  /** Resolves with the first event of that kind. */
  event<Kind extends EngineEvent['kind']>(kind: Kind): Promise<Extract<EngineEvent, { kind: Kind }>>
}

async function start(
  options: Pick<PortableEngineOptions, 'cacheDirectory'> & Partial<PortableEngineOptions>,
  dependencies: PortableEngineDependencies = {},
): Promise<Started> {
  const events: EngineEvent[] = []
  let wake = (): void => undefined
  const onEvent = (event: EngineEvent): void => {
    events.push(event)
    wake()
  }
  const engine = createPortableEngine(
    { modelPath: model.options.modelPath, workers: 1, ...options },
    { ...dependencies, onEvent },
  )
  onTestFinished(() => engine.stop())
  await engine.start()
  return {
    engine,
    event: async <Kind extends EngineEvent['kind']>(kind: Kind) => {
      for (;;) {
        const found = events.find((event) => event.kind === kind)
        if (found !== undefined) return found as Extract<EngineEvent, { kind: Kind }>
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

describe.skipIf(!canCompile)('the program of this machine', () => {
  it('is built once, and built again when a byte of it or its record is damaged', async () => {
    const cacheDirectory = await emptyCache()
    await useQuickCompiler()
    const built = await buildProgram({ cacheDirectory })
    expect(built.isNew).toBe(true)
    expect(await buildProgram({ cacheDirectory })).toMatchObject({ isNew: false, sha256: built.sha256 })
    expect(await readdir(cacheDirectory)).toHaveLength(1)
    const record = join(built.file, '../record.json')
    const whole = await readFile(record, 'utf8')
    for (const damage of ['{"sha256":', 'null', JSON.stringify({ sha256: '00', compiler: 'cc' })]) {
      await writeFile(record, damage)
      expect(await findNativeProgram(cacheDirectory), damage).toBeUndefined()
    }
    await writeFile(record, whole)
    expect(await findNativeProgram(cacheDirectory)).toMatchObject({ file: built.file })
    await writeFile(built.file, Buffer.concat([await readFile(built.file), Buffer.of(0)]))
    expect(await findNativeProgram(cacheDirectory)).toBeUndefined()
    expect(await buildProgram({ cacheDirectory })).toMatchObject({ isNew: true, sha256: built.sha256 })
  })

  it('is compiled once by all that want it at a time, whatever killed ones left', async () => {
    const cacheDirectory = await emptyCache()
    await useQuickCompiler()
    await mkdir(join(cacheDirectory, 'compiling-and-killed/made'), { recursive: true })
    const builds = await Promise.all(Array.from({ length: 4 }, () => buildProgram({ cacheDirectory })))
    expect(builds.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(new Set(builds.map(({ file }) => file)).size).toBe(1)
    expect(await readdir(cacheDirectory)).toHaveLength(1)
  })

  it('comes to its place only if it passes its test', async () => {
    const cacheDirectory = await emptyCache()
    await useQuickCompiler()
    const selfTest = async (): Promise<void> => {
      throw new Error('other bits')
    }
    await expect(buildProgram({ cacheDirectory }, { selfTest })).rejects.toThrow('other bits')
    expect(await readdir(cacheDirectory)).toEqual([])
  })

  it('is not built by what is no compiler', async () => {
    const cacheDirectory = await emptyCache()
    await expect(buildProgram({ cacheDirectory, compiler: 'poai-no-such-compiler' })).rejects.toMatchObject({
      code: 'INFERENCE_BUILD_FAILED',
      hint: expect.stringContaining('apt install gcc'),
    })
    // git has a version, and compiles nothing.
    await expect(buildProgram({ cacheDirectory, compiler: 'git' })).rejects.toThrow('refused')
    expect(await readdir(cacheDirectory)).toEqual([])
  })
})

describe('auto', () => {
  it.skipIf(!canCompile)('takes the native program at once where it is built', async () => {
    const { engine } = await start({ cacheDirectory: await prepareProgramCache() })
    expect(engine.status).toMatchObject({ state: 'running', program: 'native' })
    const [worker] = engine.status.workers
    expect(worker?.pid).toBeGreaterThan(0)
  })

  it.skipIf(!canCompile)('lets the native program take over while it serves', async () => {
    const cacheDirectory = await emptyCache()
    await useQuickCompiler()
    const tried: string[] = []
    const tryOut = async (engine: InferenceEngine): Promise<void> => {
      tried.push(engine.status.program)
      await engine.evaluate(EXAMS)
    }
    const { engine, event } = await start({ cacheDirectory, improves: true }, { tryOut })
    expect(engine.status.program).toBe('wasm')
    const expected = (await engine.evaluate(EXAMS)).map(({ words }) => words)
    let isSwapped = false
    const swapped = event('engine-swapped').then(() => {
      isSwapped = true
    })
    let calls = 1
    const evaluating = (async () => {
      while (!isSwapped) {
        expect((await engine.evaluate(EXAMS)).map(({ words }) => words)).toEqual(expected)
        calls += 1
      }
    })()
    let next = 0n
    let attempts = 0
    const searching = (async () => {
      while (!isSwapped) {
        const onProgress = (progress: SearchProgress): void => {
          attempts += progress.attempts
        }
        const result = await engine.search?.(SEARCH_JOB, { first: next, end: next + (1n << 40n) }, { onProgress })
        next = result?.next ?? 0n
      }
    })()
    await Promise.all([swapped, evaluating, searching])
    expect(tried).toEqual(['native'])
    expect(attempts).toBe(Number(next))
    expect(engine.status).toMatchObject({ state: 'running', program: 'native', crashes: 0 })
    expect((await engine.evaluate(EXAMS)).map(({ words }) => words)).toEqual(expected)
    expect(engine.status.evaluations).toBe((calls + 1) * EXAMS.length)
    await engine.stop()
    expect(engine.status.state).toBe('stopped')
  })

  it.skipIf(!canCompile)('goes on with WebAssembly where the native program computes other bits', async () => {
    const cacheDirectory = await emptyCache()
    await useQuickCompiler()
    const tryOut = async (): Promise<void> => {
      throw new EngineError('INFERENCE_DOMAIN_MISMATCH', 'other bits')
    }
    const { engine, event } = await start({ cacheDirectory, improves: true }, { tryOut })
    expect((await event('program-unavailable')).error.code).toBe('INFERENCE_DOMAIN_MISMATCH')
    expect(engine.status).toMatchObject({ state: 'running', program: 'wasm' })
    expect(await findNativeProgram(cacheDirectory)).toBeUndefined()
  })

  it.skipIf(!canCompile)('goes on with WebAssembly where the native program does not start', async () => {
    const cacheDirectory = await prepareProgramCache()
    const { engine, event } = await start({ cacheDirectory, variant: 'no such one' })
    expect((await event('program-unavailable')).error.code).toBe('INFERENCE_START_FAILED')
    expect(engine.status).toMatchObject({ state: 'running', program: 'wasm' })
  })

  it('goes on with WebAssembly where there is no compiler, and says which to install', async () => {
    const cacheDirectory = await emptyCache()
    process.env['PATH'] = cacheDirectory
    const { engine, event } = await start({ cacheDirectory, improves: true })
    expect((await event('program-unavailable')).error).toMatchObject({
      code: 'INFERENCE_BUILD_FAILED',
      hint: expect.stringContaining('apt install gcc'),
    })
    await expect(engine.evaluate(EXAMS)).resolves.toHaveLength(EXAMS.length)
  })

  it('compiles no sooner than it may, and stops while it waits for that', async () => {
    const cacheDirectory = await emptyCache()
    await useQuickCompiler()
    const waiting = await start({ cacheDirectory, improves: true }, { mayImprove: new Promise(() => undefined) })
    await waiting.engine.evaluate(EXAMS)
    expect(await readdir(cacheDirectory)).toEqual([])
    await waiting.engine.stop()
    expect(waiting.engine.status.state).toBe('stopped')
    const { event } = await start({ cacheDirectory, improves: true }, { mayImprove: Promise.resolve() })
    expect(await event('engine-swapped')).toMatchObject({ to: 'native' })
  })

  it('stops while it compiles', async () => {
    const cacheDirectory = await emptyCache()
    const { engine } = await start({ cacheDirectory, improves: true })
    await engine.stop()
    expect(engine.status.state).toBe('stopped')
    expect(await readdir(cacheDirectory)).toEqual([])
  })

  it('compiles nothing unless it may', async () => {
    const cacheDirectory = await emptyCache()
    const { engine } = await start({ cacheDirectory })
    await engine.evaluate(EXAMS)
    expect(await readdir(cacheDirectory)).toEqual([])
  })
})

describe('llama', () => {
  const isPossible = hasProgramForTests(['g++', 'clang++'], 'apt-get install g++')

  it.skipIf(!isPossible)('takes llama.cpp at once where it is built', async () => {
    const { engine } = await start({ cacheDirectory: await preparePortableCache(), program: 'llama', improves: true })
    expect(engine.status).toMatchObject({ state: 'running', program: 'llama.cpp' })
    expect(engine.search).toBeUndefined()
  })

  it.skipIf(!isPossible)('lets the own engine serve until it is built, then gives way with the same bits', async () => {
    const cacheDirectory = await emptyCache()
    const tried: string[] = []
    const tryOut = async (engine: InferenceEngine): Promise<void> => {
      tried.push(engine.status.program)
    }
    const { engine, event } = await start({ cacheDirectory, program: 'llama', improves: true }, { tryOut })
    expect(engine.status.program).toBe('wasm')
    expect(engine.search).toBeDefined()
    const expected = (await engine.evaluate(EXAMS)).map(({ words }) => words)
    await cp(await preparePortableCache(), cacheDirectory, { recursive: true })
    expect(await event('engine-swapped')).toMatchObject({ from: 'wasm', to: 'llama.cpp' })
    expect(tried).toEqual(['llama.cpp'])
    expect((await engine.evaluate(EXAMS)).map(({ words }) => words)).toEqual(expected)
    expect(engine.status).toMatchObject({ state: 'running', program: 'llama.cpp', evaluations: 2 * EXAMS.length })
    expect(engine.search).toBeUndefined()
  })

  it('stops while it waits', async () => {
    const { engine } = await start({ cacheDirectory: await emptyCache(), program: 'llama', improves: true })
    await engine.stop()
    expect(engine.status.state).toBe('stopped')
  })
})

describe.skipIf(!canCompile)('a native worker', () => {
  it('that is killed in a search ends it, and another one goes on', async () => {
    const { engine } = await start({ cacheDirectory: await prepareProgramCache(), program: 'native' })
    const begun = Promise.withResolvers<void>()
    let next = 0n
    const onProgress = (progress: SearchProgress): void => {
      next += BigInt(progress.attempts)
      begun.resolve()
    }
    const searching = engine.search?.(SEARCH_JOB, { first: 0n, end: 1n << 40n }, { onProgress })
    await begun.promise
    process.kill(engine.status.workers[0]?.pid ?? 0, 'SIGKILL')
    await expect(searching).rejects.toMatchObject({ code: 'INFERENCE_WORKER_CRASHED' })
    const rest = await engine.search?.(SEARCH_JOB, { first: next, end: next + 10n }, { onProgress })
    expect(rest).toEqual({ solution: undefined, next })
    expect(engine.status).toMatchObject({ crashes: 1, workers: [{ restarts: 1 }] })
  })

  it.each([0, 7])('has priority %i', async (niceness) => {
    const { engine } = await start({ cacheDirectory: await prepareProgramCache(), program: 'native', niceness })
    expect(getPriority(engine.status.workers[0]?.pid ?? 0)).toBe(Math.max(niceness, getPriority()))
  })
})

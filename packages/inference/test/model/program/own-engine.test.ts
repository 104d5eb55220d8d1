import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  admitByVectors,
  checkVectors,
  createPortableEngine,
  type DomainVectors,
  findNativeProgram,
  type InferenceEngine,
  PORTABLE_DOMAIN_NAME,
  type PortableEngineOptions,
  parseVectors,
  type SearchProgress,
  WASM_MODULE_FILE,
  wordsOfEngine,
} from '@poai/inference'
import { openWasmSession } from '@poai/inference/wasm'
import { createReferenceAttempts, hasProgramForTests, prepareProgramCache, seededExamRequests } from '@poai/testing'
import { generationSuite } from '@poai/testing/generation-suite'
import { inferenceEngineSuite } from '@poai/testing/inference-engine-suite'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { runProgram } from '../../../src/build/run-program.ts'
import { createTestModel, WIDE_SHAPE } from '../test-model.ts'
import { SEARCH_JOB } from './search-job.ts'

const EMBEDDED = join(import.meta.dirname, '../../../../../models/quiz-1')
const EDGES = join(import.meta.dirname, '../../../../../models/edges')
const SYNTHETIC = join(import.meta.dirname, '../../vectors/synthetic')

const canCompile = hasProgramForTests(['cc', 'gcc', 'clang'], 'apt-get install gcc')
const PROGRAMS = canCompile ? (['wasm', 'native'] as const) : (['wasm'] as const)
const wide = await createTestModel(WIDE_SHAPE)
const small = await createTestModel()
let cacheDirectory = small.options.cacheDirectory

beforeAll(async () => {
  if (canCompile) cacheDirectory = await prepareProgramCache()
})
afterAll(async () => {
  await wide.remove()
  await small.remove()
})

type Options = Partial<PortableEngineOptions>

function create(options: Options): InferenceEngine {
  return createPortableEngine({ modelPath: small.options.modelPath, cacheDirectory, workers: 1, ...options })
}

async function start(options: Options): Promise<InferenceEngine> {
  const engine = create(options)
  onTestFinished(() => engine.stop())
  await engine.start()
  return engine
}

async function readVectors(folder: string, name: string = PORTABLE_DOMAIN_NAME): Promise<DomainVectors> {
  return parseVectors(await readFile(join(folder, `${name}.json`), 'utf8'))
}

async function replay(vectors: DomainVectors, options: Options): Promise<string> {
  const engine = createPortableEngine(
    { modelPath: '', cacheDirectory, workers: 1, contextSize: vectors.contextSize, ...options },
    { admit: admitByVectors(vectors) },
  )
  await engine.start()
  try {
    await checkVectors(wordsOfEngine(engine), vectors)
    return engine.status.model?.systemInfo ?? ''
  } finally {
    await engine.stop()
  }
}

/** What the native program can run here, and the WebAssembly module. */
async function everything(): Promise<readonly Options[]> {
  const program = await findNativeProgram(cacheDirectory)
  if (program === undefined) return [{ program: 'wasm' }]
  const { stdout } = await runProgram(program.file, ['--variants'])
  return [
    { program: 'wasm' },
    ...stdout
      .trim()
      .split('\n')
      .map((variant) => ({ program: 'native' as const, variant })),
  ]
}

for (const program of PROGRAMS) {
  inferenceEngineSuite(`own engine, ${program}`, () => create({ program, workers: 2 }))
  generationSuite(`own engine, ${program}`, () => create({ program, workers: 1 }))
  generationSuite(`own engine, ${program}, two workers`, () => create({ program, workers: 2 }))
}

describe('the own engine', () => {
  it('computes the recorded vectors of the embedded model, bit for bit, with every instruction set', async () => {
    const vectors = await readVectors(join(EMBEDDED, 'vectors'))
    for (const options of await everything()) {
      const info = await replay(vectors, { ...options, modelPath: join(EMBEDDED, 'quiz-1.Q8_0.gguf') })
      expect(info).toContain(options.variant ?? 'WebAssembly')
    }
  })

  it('computes the exams that were chosen beside them, with every instruction set', async () => {
    const vectors = await readVectors(join(EMBEDDED, 'vectors'), `${PORTABLE_DOMAIN_NAME}.chosen`)
    for (const options of await everything()) {
      await replay(vectors, { ...options, modelPath: join(EMBEDDED, 'quiz-1.Q8_0.gguf') })
    }
  })

  it('computes those of the model at the edges, with every instruction set', async () => {
    const vectors = await readVectors(join(EDGES, 'vectors'))
    for (const options of await everything()) {
      await replay(vectors, { ...options, modelPath: join(EDGES, 'edges.gguf') })
    }
  })

  it('computes those of the synthetic model', async () => {
    const vectors = await readVectors(SYNTHETIC)
    for (const options of await everything()) await replay(vectors, { ...options, modelPath: wide.options.modelPath })
  })
})

describe.each(PROGRAMS)('the own engine, %s', (program) => {
  it('makes the attempts that the rules make', async () => {
    const [module, model] = await Promise.all([readFile(WASM_MODULE_FILE), readFile(small.options.modelPath)])
    const session = await openWasmSession({ module, model, contextSize: 255 })
    const reference = createReferenceAttempts(SEARCH_JOB.exam)
    const expected = Array.from({ length: 24 }, (_, index) => {
      const nonce = BigInt(index)
      const attempt = reference.attempt(SEARCH_JOB, nonce, (exam) => session.evaluate([exam])[0] ?? new Uint32Array())
      if (attempt.kind !== 'missed') throw new Error(`nonce ${nonce} is ${attempt.kind}`)
      const { root, lossMicroNats, workHash } = attempt
      return { nonce, transcriptRoot: root, lossMicroNats, workHash }
    })
    const lowest = expected.reduce((best, seal) => (seal.workHash < best.workHash ? seal : best))
    const engine = await start({ program })
    // Each alone, then all at once up to the best of them, whose hash the target is one above.
    for (const seal of expected) {
      const reports: SearchProgress[] = []
      const span = { first: seal.nonce, end: seal.nonce + 1n }
      await engine.search?.(SEARCH_JOB, span, { onProgress: (progress) => void reports.push(progress) })
      expect(reports).toEqual([{ attempts: 1, voids: 0, best: seal }])
    }
    const job = { ...SEARCH_JOB, target: lowest.workHash + 1n }
    const span = { first: 0n, end: 24n }
    expect(await engine.search?.(job, span)).toEqual({ solution: lowest, next: lowest.nonce + 1n })
    const missing = await engine.search?.({ ...job, target: lowest.workHash }, span)
    expect(missing).toEqual({ solution: undefined, next: 24n })
  })

  it('reports every attempt before a search ends, and ends it soon when told to', async () => {
    const engine = await start({ program })
    const abort = new AbortController()
    const reason = new Error('a new head')
    const first = Promise.withResolvers<void>()
    let attempts = 0
    const searching = engine.search?.(
      SEARCH_JOB,
      { first: 0n, end: 1n << 60n },
      {
        signal: abort.signal,
        onProgress: (progress) => {
          attempts += progress.attempts
          first.resolve()
        },
      },
    )
    await first.promise
    abort.abort(reason)
    await expect(searching).rejects.toBe(reason)
    expect(attempts).toBeGreaterThan(0)
    await expect(engine.evaluate(seededExamRequests('after', 1))).resolves.toHaveLength(1)
  })

  it('evaluates in the middle of a search, which goes on at the same nonce', async () => {
    const engine = await start({ program })
    const requests = seededExamRequests('between', 4)
    const expected = await engine.evaluate(requests)
    const span = { first: 0n, end: 60n }
    let attempts = 0
    let isOver = false
    const onProgress = (progress: SearchProgress): void => {
      attempts += progress.attempts
    }
    const searching = engine.search?.(SEARCH_JOB, span, { onProgress }).finally(() => {
      isOver = true
    })
    let rounds = 0
    while (!isOver || rounds === 0) {
      const evaluations = await engine.evaluate(requests)
      expect(evaluations.map(({ words }) => words)).toEqual(expected.map(({ words }) => words))
      rounds += 1
    }
    expect(await searching).toEqual({ solution: undefined, next: 60n })
    expect(attempts).toBe(60)
    // Four batches go before an attempt at most, however fast they come.
    expect(rounds).toBeLessThanOrEqual(60 * 5)
  })

  it('says why a file is no model', async () => {
    const whole = await readFile(small.options.modelPath)
    const modelPath = join(small.folder, `half-${program}.gguf`)
    await writeFile(modelPath, whole.subarray(0, whole.length / 2))
    const engine = create({ program, modelPath })
    await expect(engine.start()).rejects.toMatchObject({ code: 'INFERENCE_START_FAILED' })
    await engine.stop()
  })
})

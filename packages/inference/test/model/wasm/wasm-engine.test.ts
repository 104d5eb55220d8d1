import { cp, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  admitByVectors,
  buildWasm,
  checkVectors,
  createLlamaEngine,
  type DomainVectors,
  findDomain,
  findWasmModule,
  type InferenceEngine,
  type LlamaBuild,
  type LlamaEngineOptions,
  PORTABLE_DOMAIN_NAME,
  parseVectors,
  wordsOfEngine,
} from '@poai/inference'
import { openWasmSession } from '@poai/inference/wasm'
import { hasProgramForTests, prepareWasmCache, seededExamRequests } from '@poai/testing'
import { inferenceEngineSuite } from '@poai/testing/inference-engine-suite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWasmFiles } from '../../../src/wasm/open-wasm-files.ts'
import { createTestModel, WIDE_SHAPE } from '../test-model.ts'

const EMBEDDED = join(import.meta.dirname, '../../../../../models/quiz-1')
const SYNTHETIC = join(import.meta.dirname, '../../vectors/synthetic')
/** Compiling the module takes a minute or two where no test has done it. */
const BUILD_LIMIT_MS = 600_000

const isPossible = hasProgramForTests(['emcc'], 'apt-get install emscripten')
const wide = await createTestModel(WIDE_SHAPE)
const small = await createTestModel()
let cacheDirectory = ''

beforeAll(async () => {
  if (isPossible) cacheDirectory = await prepareWasmCache()
}, BUILD_LIMIT_MS)
afterAll(async () => {
  await wide.remove()
  await small.remove()
})

function wasmBuild(): LlamaBuild {
  const build = findDomain(PORTABLE_DOMAIN_NAME)?.build
  if (build?.kind !== 'portable') throw new Error('portable-1 is not known')
  return { ...build, program: 'wasm' }
}

function createWasmEngine(options: Partial<LlamaEngineOptions> = {}): InferenceEngine {
  return createLlamaEngine({ ...small.options, cacheDirectory, ...options, build: wasmBuild() })
}

async function readVectors(folder: string): Promise<DomainVectors> {
  return parseVectors(await readFile(join(folder, `${PORTABLE_DOMAIN_NAME}.json`), 'utf8'))
}

async function replay(vectors: DomainVectors, modelPath: string, maxSequences = 1): Promise<void> {
  const engine = createLlamaEngine(
    { build: wasmBuild(), modelPath, cacheDirectory, workers: 1, contextSize: vectors.contextSize, maxSequences },
    { admit: admitByVectors(vectors) },
  )
  await engine.start()
  try {
    expect(engine.status.model?.systemInfo).toContain('WebAssembly')
    await checkVectors(wordsOfEngine(engine), vectors)
  } finally {
    await engine.stop()
  }
}

if (isPossible) inferenceEngineSuite('WebAssembly engine', () => createWasmEngine())

describe.skipIf(!isPossible)('the domain portable-1 in WebAssembly', () => {
  it('computes the recorded vectors of the embedded model, bit for bit', async () => {
    await replay(await readVectors(join(EMBEDDED, 'vectors')), join(EMBEDDED, 'quiz-1.Q8_0.gguf'))
  })

  it('computes those of the synthetic model, four exams in a decode', async () => {
    await replay(await readVectors(SYNTHETIC), wide.options.modelPath, 4)
  })
})

describe.skipIf(!isPossible)('the WebAssembly module', () => {
  it('is built once', async () => {
    expect(await buildWasm({ cacheDirectory })).toMatchObject({ isNew: false })
  })

  it('is taken no more once a byte of it has changed', async () => {
    const module = await findWasmModule(cacheDirectory)
    const bytes = await readFile(module?.file ?? '')
    const folder = join(small.folder, 'changed')
    const copy = join(folder, module?.file.slice(cacheDirectory.length + 1) ?? '')
    await cp(dirname(module?.file ?? ''), dirname(copy), { recursive: true })
    expect(await findWasmModule(folder)).toMatchObject({ sha256: module?.sha256 })
    await writeFile(copy, Buffer.concat([bytes, Buffer.of(0)]))
    expect(await findWasmModule(folder)).toBeUndefined()
  })

  it('says how to build it where it is not', async () => {
    const engine = createWasmEngine({ cacheDirectory: join(small.folder, 'empty') })
    await expect(engine.start()).rejects.toMatchObject({
      code: 'INFERENCE_PLATFORM_UNSUPPORTED',
      hint: expect.stringContaining('poai engine build --wasm'),
    })
    await engine.stop()
  })

  it('refuses a damaged model', async () => {
    const module = await readFile((await findWasmModule(cacheDirectory))?.file ?? '')
    const model = (await readFile(small.options.modelPath)).subarray(0, 4096)
    await expect(openWasmSession({ module, model, contextSize: 255 })).rejects.toMatchObject({
      code: 'INFERENCE_START_FAILED',
    })
  })

  it('serves again after a request that it could not evaluate', async () => {
    const moduleFile = (await findWasmModule(cacheDirectory))?.file ?? ''
    const { modelPath } = small.options
    const session = await openWasmFiles({ moduleFile, modelPath, contextSize: 255, maxSequences: 1 })
    const requests = seededExamRequests('again', 2)
    const words = await session.evaluate(requests)
    const tooLong = { tokens: new Uint32Array(400), positions: Uint32Array.of(399), probes: new Uint32Array() }
    await expect(session.evaluate([tooLong])).rejects.toMatchObject({ code: 'INFERENCE_WORKER_FAILED' })
    expect(await session.evaluate(requests)).toEqual(words)
  })
})

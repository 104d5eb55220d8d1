import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  admitByVectors,
  buildPortable,
  checkVectors,
  createLlamaEngine,
  type DomainVectors,
  findDomain,
  type LlamaBuild,
  PORTABLE_DOMAIN_NAME,
  parseVectors,
  wordsOfEngine,
} from '@poai/inference'
import { hasProgramForTests, preparePortableCache } from '@poai/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestModel, PACKAGED_DOMAIN_NAME, WIDE_SHAPE } from '../test-model.ts'

const EMBEDDED = join(import.meta.dirname, '../../../../../models/quiz-1')
const EDGES = join(import.meta.dirname, '../../../../../models/edges')
const SYNTHETIC = join(import.meta.dirname, '../../vectors/synthetic')
const isPossible = hasProgramForTests(['g++', 'clang++', 'c++'], 'apt-get install g++')
const model = await createTestModel(WIDE_SHAPE)
let cacheDirectory = ''

beforeAll(async () => {
  if (isPossible) cacheDirectory = await preparePortableCache()
})
afterAll(async () => await model.remove())

function buildOf(name: string): LlamaBuild {
  const build = findDomain(name)?.build
  if (build === undefined) throw new Error(`no domain ${name}`)
  return build
}

async function read(folder: string, name: string = PORTABLE_DOMAIN_NAME): Promise<DomainVectors> {
  return parseVectors(await readFile(join(folder, `${name}.json`), 'utf8'))
}

async function replay(vectors: DomainVectors, modelPath: string, maxSequences = 1): Promise<void> {
  const { contextSize } = vectors
  const engine = createLlamaEngine(
    { build: buildOf(vectors.domain), modelPath, cacheDirectory, workers: 1, contextSize, maxSequences },
    { admit: admitByVectors(vectors) },
  )
  await engine.start()
  try {
    await checkVectors(wordsOfEngine(engine), vectors)
  } finally {
    await engine.stop()
  }
}

describe.skipIf(!isPossible)('the domain portable-1', () => {
  it('is built once', async () => {
    expect(await buildPortable({ cacheDirectory })).toMatchObject({ isNew: false })
  })

  it('computes the recorded vectors of the embedded model, bit for bit', async () => {
    await replay(await read(join(EMBEDDED, 'vectors')), join(EMBEDDED, 'quiz-1.Q8_0.gguf'))
  })

  it('computes those of the model at the edges', async () => {
    await replay(await read(join(EDGES, 'vectors')), join(EDGES, 'edges.gguf'))
  })

  it('computes the exams that were chosen beside them', async () => {
    const chosen = await read(join(EMBEDDED, 'vectors'), `${PORTABLE_DOMAIN_NAME}.chosen`)
    await replay(chosen, join(EMBEDDED, 'quiz-1.Q8_0.gguf'))
  })

  it('computes those of the synthetic model, one exam in a decode or four', async () => {
    const vectors = await read(SYNTHETIC)
    await replay(vectors, model.options.modelPath)
    await replay(vectors, model.options.modelPath, 4)
  })

  it('refuses a worker of another domain', async () => {
    const vectors = await read(SYNTHETIC)
    const engine = createLlamaEngine(
      { ...model.options, build: buildOf(PACKAGED_DOMAIN_NAME), cacheDirectory },
      { admit: admitByVectors(vectors) },
    )
    await expect(engine.start()).rejects.toMatchObject({ code: 'INFERENCE_DOMAIN_MISMATCH' })
    await engine.stop()
  })

  it('says what to do where the library is not built', async () => {
    const engine = createLlamaEngine({ ...model.options, build: buildOf(PORTABLE_DOMAIN_NAME) })
    await expect(engine.start()).rejects.toMatchObject({
      code: 'INFERENCE_PLATFORM_UNSUPPORTED',
      hint: expect.stringContaining('poai engine build'),
    })
    await engine.stop()
  })
})

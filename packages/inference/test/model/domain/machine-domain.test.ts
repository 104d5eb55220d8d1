import { readFile } from 'node:fs/promises'
import {
  admitByVectors,
  checkSelfTest,
  checkVectors,
  createLlamaEngine,
  findDomain,
  type InferenceEngine,
  modelIdentity,
  parseFingerprints,
  parseVectors,
  requireMachineDomain,
  wordsOfEngine,
} from '@poai/inference'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createTestModel, WIDE_SHAPE } from '../test-model.ts'

const folder = new URL('../../vectors/synthetic/', import.meta.url)
const vectors = parseVectors(await readFile(new URL('x64-avx2.json', folder), 'utf8'))
const known = parseFingerprints(await readFile(new URL('fingerprints.json', folder), 'utf8'))
const model = await createTestModel(WIDE_SHAPE)
const engines: InferenceEngine[] = []

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()))
})
afterAll(async () => await model.remove())

function create(domain: string, admitted = false, maxSequences = 1): InferenceEngine {
  const build = findDomain(domain)?.build ?? model.options.build
  const engine = createLlamaEngine(
    { ...model.options, build, maxSequences },
    admitted ? { admit: admitByVectors(vectors) } : {},
  )
  engines.push(engine)
  return engine
}

describe('recorded vectors of a synthetic model', () => {
  it('belong to the model that its seed makes', async () => {
    expect((await modelIdentity(model.options.modelPath)).sha256).toBe(vectors.modelSha256)
  })

  it('are what this machine computes, bit for bit, on admitted workers', async () => {
    const engine = create('x64-avx2', true)
    await engine.start()
    await checkVectors(wordsOfEngine(engine), vectors)
    expect(await checkSelfTest(wordsOfEngine(engine), vectors, known)).toMatchObject({ ok: true, expected: 'x64-avx2' })
  })

  it('are the same with several exams in one decode', async () => {
    const engine = create('x64-avx2', false, 4)
    await engine.start()
    await checkVectors(wordsOfEngine(engine), vectors)
  })

  it('keep a worker of another variant from serving', async () => {
    const engine = create('x64-avx', true)
    await expect(engine.start()).rejects.toMatchObject({ code: 'INFERENCE_DOMAIN_MISMATCH' })
    expect(engine.status).toMatchObject({ state: 'failed', evaluations: 0 })
    await expect(engine.evaluate([])).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
  })

  it('name the domain that the machine is in instead', async () => {
    const engine = create('x64-avx-f16c')
    await engine.start()
    await expect(requireMachineDomain(wordsOfEngine(engine), vectors, known)).rejects.toMatchObject({
      code: 'INFERENCE_DOMAIN_MISMATCH',
      expected: 'x64-avx2',
      actual: 'x64-avx-f16c',
    })
  })
})

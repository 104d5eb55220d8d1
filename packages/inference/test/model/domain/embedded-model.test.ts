import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  admitByVectors,
  checkVectors,
  createLlamaEngine,
  findDomain,
  modelIdentity,
  parseFingerprints,
  parseVectors,
  wordsOfEngine,
} from '@poai/inference'
import { afterAll, expect, it } from 'vitest'
import { PACKAGED_DOMAIN_NAME } from '../test-model.ts'

const models = join(import.meta.dirname, '../../../../../models/quiz-1')
const modelPath = join(models, 'quiz-1.Q8_0.gguf')
const vectors = parseVectors(await readFile(join(models, 'vectors', `${PACKAGED_DOMAIN_NAME}.json`), 'utf8'))
const cacheDirectory = await mkdtemp(join(tmpdir(), 'poai-embedded-'))
afterAll(async () => await rm(cacheDirectory, { recursive: true }))

it('the embedded model is the one that its vectors were recorded of', async () => {
  expect((await modelIdentity(modelPath)).sha256).toBe(vectors.modelSha256)
})

it('this machine computes the embedded model’s vectors, bit for bit', async () => {
  const { build } = findDomain(vectors.domain) ?? {}
  if (build === undefined) throw new Error(`domain ${vectors.domain} is not known`)
  const engine = createLlamaEngine(
    {
      build,
      modelPath,
      cacheDirectory,
      workers: 1,
      contextSize: vectors.contextSize,
      maxSequences: vectors.maxSequences,
    },
    { admit: admitByVectors(vectors) },
  )
  await engine.start()
  await checkVectors(wordsOfEngine(engine), vectors)
  await engine.stop()
})

it('the other known domains compute other bits of it', async () => {
  const fingerprints = parseFingerprints(await readFile(join(models, 'vectors', 'fingerprints.json'), 'utf8'))
  expect(new Set(fingerprints.map(({ sha256 }) => sha256)).size).toBe(fingerprints.length)
})

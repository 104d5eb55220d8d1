import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkVectors, createPortableEngine, modelIdentity, parseVectors, wordsOfEngine } from '@poai/inference'
import { afterAll, expect, it } from 'vitest'

const folder = join(import.meta.dirname, '../..')
const modelPath = join(folder, 'chat-1.Q8_0.gguf')
const vectors = parseVectors(await readFile(join(folder, 'vectors/portable-1.json'), 'utf8'))
const cacheDirectory = await mkdtemp(join(tmpdir(), 'poai-chat-'))
afterAll(async () => await rm(cacheDirectory, { recursive: true }))

it('the model is the one that its vectors were recorded of', async () => {
  expect((await modelIdentity(modelPath)).sha256).toBe(vectors.modelSha256)
})

it('the project’s own engine computes the vectors that llama.cpp recorded, bit for bit', async () => {
  const { contextSize } = vectors
  const engine = createPortableEngine({ modelPath, cacheDirectory, contextSize, workers: 1, program: 'wasm' })
  await engine.start()
  await checkVectors(wordsOfEngine(engine), vectors)
  await engine.stop()
})

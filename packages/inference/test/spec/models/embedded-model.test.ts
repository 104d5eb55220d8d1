import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseVectors } from '@poai/inference'
import { describe, expect, it } from 'vitest'
import { stampFile } from '../../../src/models/file-stamp.ts'
import { modelIdentity } from '../../../src/models/model-identity.ts'
import { readModelManifest } from '../../../src/models/model-manifest.ts'

const MANIFEST = join(import.meta.dirname, '../../../../../models/manifest.json')

describe('the manifest of the project', () => {
  it('says of each embedded model what its file is: change the two in one commit', async () => {
    const { models } = await readModelManifest(MANIFEST)
    for (const { name, embedded, sha256, sizeBytes, architecture } of models) {
      if (embedded === undefined) continue
      const isHere = (await stampFile(embedded)) !== undefined
      expect(isHere, `${name}: a hash, and the file of this hash`).toBe(sha256 !== null)
      if (!isHere) continue
      const { description, ...identity } = await modelIdentity(embedded)
      expect(identity, name).toEqual({ sha256, sizeBytes })
      const { family, layers, width, vocabularySize, contextLength, quantization } = architecture
      expect(description, name).toMatchObject({ architecture: family, layers, width, vocabularySize, contextLength })
      expect(description.quantization[0]?.type, name).toBe(quantization)
    }
  })
})

describe('vectors that no network pins', () => {
  const models = join(MANIFEST, '..')
  it.each([
    ['quiz-1/quiz-1.Q8_0.gguf', 'quiz-1/vectors/portable-1.chosen.json'],
    ['chat-1/chat-1.Q8_0.gguf', 'chat-1/vectors/portable-1.json'],
    ['edges/edges.gguf', 'edges/vectors/portable-1.json'],
  ])('%s: %s is of this file, each exam once', async (model, file) => {
    const { modelSha256, exams } = parseVectors(await readFile(join(models, file), 'utf8'))
    expect((await modelIdentity(join(models, model))).sha256).toBe(modelSha256)
    expect(new Set(exams.map(({ request }) => request.tokens.join())).size).toBe(exams.length)
  })

  it('the chosen exams are others than the pinned ones', async () => {
    const tokensOf = async (file: string): Promise<readonly string[]> =>
      parseVectors(await readFile(join(models, 'quiz-1/vectors', file), 'utf8')).exams.map(({ request }) =>
        request.tokens.join(),
      )
    const pinned = new Set(await tokensOf('portable-1.json'))
    expect((await tokensOf('portable-1.chosen.json')).filter((tokens) => pinned.has(tokens))).toEqual([])
  })
})

import { join } from 'node:path'
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

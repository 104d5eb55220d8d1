import { SYSTEM_DOWNLOAD_DEPENDENCIES } from '../../../src/models/download-model.ts'
import { pullModel } from '../../../src/models/pull-model.ts'

/** A process that pulls a model and may be killed at any moment. Arguments: directory, URL, SHA-256, size in bytes. */
const [directory = '', url = '', sha256 = '', sizeBytes = ''] = process.argv.slice(2)
const model = {
  name: 'model',
  file: 'model.gguf',
  sha256,
  sizeBytes: Number(sizeBytes),
  sources: [url],
  license: 'CC0-1.0',
  exam: { format: 1, vocabulary: 'byte' },
  architecture: {
    family: 'llama',
    parameters: '',
    layers: 1,
    width: 1,
    vocabularySize: 1,
    contextLength: 1,
    quantization: '',
  },
} as const

/** A clock that runs so fast that every piece is reported. */
let nowMs = 0
const dependencies = { ...SYSTEM_DOWNLOAD_DEPENDENCIES, nowMs: (): number => (nowMs += 1_000) }

await pullModel({ directory, manifest: { models: [model] } }, 'model', {
  dependencies,
  onProgress: ({ bytes }) => process.send?.(bytes),
})
process.disconnect?.()

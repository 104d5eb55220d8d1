import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../../src/models/model-error.ts'
import { parseModelManifest, readModelManifest } from '../../../src/models/model-manifest.ts'

const MANIFEST = join(import.meta.dirname, '../../../../../models/manifest.json')
const MODEL = {
  name: 'tiny',
  file: 'tiny.gguf',
  sha256: 'a'.repeat(64),
  sizeBytes: 1,
  sources: ['https://models.example/tiny.gguf'],
  license: 'Apache-2.0',
  exam: { format: 1, vocabulary: 'byte' },
  architecture: {
    family: 'llama',
    parameters: '1M',
    layers: 1,
    width: 1,
    vocabularySize: 259,
    contextLength: 1,
    quantization: 'F32',
  },
}

function parse(...models: readonly object[]): ReturnType<typeof parseModelManifest> {
  return parseModelManifest(JSON.stringify({ version: 1, models }), '/models')
}

function faultOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ModelError && error.code === 'MODEL_MANIFEST_INVALID') return error.message
    throw error
  }
  return expect.fail('no fault')
}

describe('parseModelManifest', () => {
  it('reads a model', () => {
    expect(parse(MODEL).models).toEqual([MODEL])
  })

  it('makes the path of an embedded model absolute', () => {
    const embedded = { ...MODEL, sources: [], embedded: 'quiz/tiny.gguf' }
    expect(parse(embedded).models[0]?.embedded).toBe('/models/quiz/tiny.gguf')
  })

  it('reports all faults together', () => {
    const fault = faultOf(() =>
      parse(
        { ...MODEL, sha256: 'A', sizeBytes: -1, exam: { format: 0, vocabulary: 'words' }, extra: 1 },
        { ...MODEL, license: '' },
      ),
    )
    for (const part of [
      'sha256',
      'sizeBytes',
      'exam.format',
      'exam.vocabulary',
      'extra',
      'models[1].license',
      'two models have the name tiny',
    ]) {
      expect(fault).toContain(part)
    }
  })

  it.each<[string, object]>([
    ['name', { name: '../evil' }],
    ['name', { name: '.hidden' }],
    ['file', { file: 'dir/tiny.gguf' }],
    ['file', { file: 'tiny.bin' }],
    ['sources', { sources: [] }],
    ['sources[0]', { sources: ['file:///etc/passwd'] }],
    ['sources', { embedded: 'tiny.gguf' }],
    ['embedded', { embedded: '../tiny.gguf', sources: [] }],
    ['architecture.layers', { architecture: { ...MODEL.architecture, layers: 1.5 } }],
    ['sizeBytes', { sizeBytes: undefined }],
  ])('refuses a wrong %s', (key, change) => {
    expect(faultOf(() => parse({ ...MODEL, ...change }))).toContain(`models[0].${key}`)
  })

  it('refuses another version and what is no JSON', () => {
    expect(faultOf(() => parseModelManifest('{"version":2,"models":[]}', '/'))).toContain('version must be 1, not 2')
    expect(faultOf(() => parseModelManifest('{', '/'))).toContain('no JSON')
    expect(faultOf(() => parseModelManifest('[]', '/'))).toContain('manifest must be an object')
  })

  it('accepts the manifest of the project, which knows quiz-1 first', async () => {
    const { models } = await readModelManifest(MANIFEST)
    expect(models.map(({ name }) => name)).toEqual([
      'quiz-1',
      'chat-1',
      'tinyllama-1.1b-chat-v1.0.Q4_K_M',
      'qwen2.5-0.5b-instruct.Q4_K_M',
    ])
    expect((await readFile(MANIFEST, 'utf8')).endsWith('}\n')).toBe(true)
  })
})

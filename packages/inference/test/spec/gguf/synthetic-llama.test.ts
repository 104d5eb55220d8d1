import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BYTE_VOCABULARY_SIZE, createByteVocabulary } from '../../../src/gguf/byte-vocabulary.ts'
import { readGguf } from '../../../src/gguf/read-gguf.ts'
import type { SyntheticLlamaOptions } from '../../../src/gguf/synthetic-llama.ts'
import { SMALL_SYNTHETIC_LLAMA, writeSyntheticLlama } from '../../../src/gguf/synthetic-llama.ts'

describe('writeSyntheticLlama', () => {
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'poai-synthetic-'))
  })

  afterAll(async () => {
    await rm(directory, { recursive: true })
  })

  /** These bytes are recorded: vectors of engines depend on them. */
  it.each([
    ['F32', '09811e5eb16b914f6f9f223b3370162d9ec41f36f5c57d3ab637657c2e8baf5b'],
    ['F16', 'd181786d0010af610c1c7d031d0dbabb60ad7a03b9a5c99c5b6afea8a795b35b'],
    ['Q8_0', 'c54c9eaacf3de1ddc714fdfba52e97f031860841718eba6b36640591cc5573cf'],
    ['Q4_0', '31c551dbf3b5f131a604c85cc59fa448b2640f706752cf42acc4866e044b93e5'],
  ] as const)('writes the same %s file on every machine', async (format, sha256) => {
    const path = join(directory, `${format}.gguf`)
    const written = await writeSyntheticLlama(path, { ...SMALL_SYNTHETIC_LLAMA, format })
    expect(written).toEqual({ sha256, sizeBytes: (await stat(path)).size })
  })

  it('writes another file for another seed', async () => {
    const path = join(directory, 'seed.gguf')
    const first = await writeSyntheticLlama(path, { ...SMALL_SYNTHETIC_LLAMA, seed: 2 })
    const second = await writeSyntheticLlama(path, { ...SMALL_SYNTHETIC_LLAMA, seed: 3 })
    expect(second.sizeBytes).toBe(first.sizeBytes)
    expect(second.sha256).not.toBe(first.sha256)
  })

  it('is read back with its shape, vocabulary and tensors', async () => {
    const path = join(directory, 'shape.gguf')
    await writeSyntheticLlama(path, { ...SMALL_SYNTHETIC_LLAMA, vocabularySize: 300, tied: true })
    const { metadata, tensors } = await readGguf(path)
    expect(metadata.get('llama.attention.head_count_kv')).toEqual({ type: 'uint32', value: 2 })
    expect(metadata.get('tokenizer.ggml.tokens')?.value).toEqual(createByteVocabulary(300).pieces)
    expect(tensors).toHaveLength(2 + 9 * SMALL_SYNTHETIC_LLAMA.layers)
    expect(tensors.find(({ name }) => name === 'blk.0.attn_k.weight')?.dimensions).toEqual([64, 32])
    expect(tensors.some(({ name }) => name === 'output.weight')).toBe(false)
  })

  it.each<[Partial<SyntheticLlamaOptions>, RegExp]>([
    [{ heads: 3 }, /not a multiple of 3 heads/],
    [{ kvHeads: 3 }, /not a multiple of 3 key/],
    [{ width: 4, heads: 4, kvHeads: 2 }, /is odd/],
    [{ width: 48, format: 'Q8_0' }, /block of 32/],
    [{ feedForward: 100 }, /block of 32/],
    [{ vocabularySize: BYTE_VOCABULARY_SIZE - 1 }, /at least 259/],
  ])('refuses %o', async (change, message) => {
    const path = join(directory, 'refused.gguf')
    await expect(writeSyntheticLlama(path, { ...SMALL_SYNTHETIC_LLAMA, ...change })).rejects.toThrow(message)
  })
})

import { describe, expect, it } from 'vitest'
import type { GgufValue } from '../../../src/gguf/gguf-format.ts'
import type { GgufTensor } from '../../../src/gguf/read-tensor-table.ts'
import type { ModelDescription } from '../../../src/models/describe-model.ts'
import { describeModel } from '../../../src/models/describe-model.ts'

function describeWith(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[] = [],
): ModelDescription {
  return describeModel({ alignment: 32, dataOffset: 0, metadata: new Map(Object.entries(metadata)), tensors })
}

describe('describeModel', () => {
  it('reads the numbers of the architecture that the file names', () => {
    const description = describeWith({
      'general.architecture': { type: 'string', value: 'qwen2' },
      'qwen2.block_count': { type: 'uint32', value: 24 },
      'qwen2.context_length': { type: 'uint64', value: 32_768n },
      'llama.block_count': { type: 'uint32', value: 1 },
      'tokenizer.ggml.tokens': { type: 'array', of: 'string', value: ['a', 'b'] },
    })
    expect(description).toMatchObject({
      architecture: 'qwen2',
      layers: 24,
      contextLength: 32_768,
      vocabularySize: 2,
      width: undefined,
    })
  })

  it('counts weights and lists the tensor types by their share', () => {
    const { parameters, quantization } = describeWith({}, [
      { name: 'norm', type: 'F32', dimensions: [64], offset: 0, sizeBytes: 256 },
      { name: 'a', type: 'Q8_0', dimensions: [64, 32], offset: 256, sizeBytes: 2176 },
      { name: 'b', type: 'Q8_0', dimensions: [32], offset: 2432, sizeBytes: 34 },
    ])
    expect(parameters).toBe(64 + 2048 + 32)
    expect(quantization).toEqual([
      { type: 'Q8_0', tensors: 2, sizeBytes: 2210 },
      { type: 'F32', tensors: 1, sizeBytes: 256 },
    ])
  })

  it('takes out of texts what could steer a terminal', () => {
    const { name } = describeWith({
      'general.name': { type: 'string', value: `a\u001b[2Jb\u202ec\n${'x'.repeat(500)}` },
    })
    expect(name).toMatch(/^a\[2Jbcx+$/)
    expect(name?.length).toBe(200)
  })

  it('leaves open what the file does not say, or says in another type', () => {
    const description = describeWith({ 'general.architecture': { type: 'uint8', value: 1 } })
    expect(description).toMatchObject({
      architecture: 'unknown',
      name: undefined,
      layers: undefined,
      vocabularySize: 0,
      parameters: 0,
    })
  })
})

import { open } from 'node:fs/promises'
import { CANONICAL_NAN_BITS, createLlamaEngine } from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import { afterAll, expect, it } from 'vitest'
import { readGguf } from '../../../src/gguf/read-gguf.ts'
import { createTestModel } from '../test-model.ts'

const model = await createTestModel({ format: 'F32' })
afterAll(async () => await model.remove())

/**
 * Sets every weight of the last normalisation to the largest float: finite in the file, infinite after the first
 * product.
 */
async function overflowOutputNorm(path: string): Promise<void> {
  const { tensors, dataOffset } = await readGguf(path)
  const norm = tensors.find(({ name }) => name === 'output_norm.weight')
  if (norm === undefined) throw new Error('the model has no output_norm.weight')
  const weights = Buffer.from(new Float32Array(norm.sizeBytes / 4).fill(3.4e38).buffer)
  const file = await open(path, 'r+')
  await file.write(weights, 0, weights.length, dataOffset + norm.offset)
  await file.close()
}

it('logits that are infinite or no numbers are an answer, marked and in one spelling, and no error', async () => {
  await overflowOutputNorm(model.options.modelPath)
  const engine = createLlamaEngine(model.options)
  await engine.start()
  const requests = seededExamRequests('non-finite', 4)
  const evaluations = await engine.evaluate(requests)
  const again = await engine.evaluate(requests.toReversed())
  await engine.stop()
  for (const [index, { finite, positions, words }] of evaluations.entries()) {
    expect(finite).toBe(false)
    expect(positions.every(({ totalWeight }) => totalWeight === CANONICAL_NAN_BITS)).toBe(true)
    expect(again[evaluations.length - 1 - index]?.words).toEqual(words)
  }
})

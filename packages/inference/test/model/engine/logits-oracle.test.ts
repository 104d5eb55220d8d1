import { seededExamRequests } from '@poai/testing'
import { getLlama, type LlamaContextSequence, LlamaLogLevel, type Token } from 'node-llama-cpp'
import { afterAll, describe, expect, it } from 'vitest'
import { createEvaluation } from '../../../src/engine/evaluation.ts'
import { bitsToFloat, floatToBits } from '../../../src/engine/float-bits.ts'
import type { EvaluationRequest } from '../../../src/engine/inference-engine.ts'
import { isolateBackend } from '../../../src/engine/isolate-backend.ts'
import { openLlamaSession } from '../../../src/engine/llama-session.ts'
import { createTestModel, type TestModel } from '../test-model.ts'

/** Vocabularies of a byte model and of a common one; a large one shows sums of many small terms. */
const VOCABULARIES = [259, 32_000]

/**
 * Relative difference allowed between the native sum and ours: both add in binary32, but libm's expf is not Math.exp.
 */
const TOTAL_WEIGHT_TOLERANCE = 2 ** -20

const models: TestModel[] = []
afterAll(async () => {
  for (const model of models) await model.remove()
})

describe.each(VOCABULARIES)('bits of a vocabulary of %i', (vocabularySize) => {
  it('are those of the full logits', async () => {
    const model = await createTestModel({ vocabularySize })
    models.push(model)
    const { build, modelPath } = model.options
    // One folder for both models: a process accepts one pinned module, and they share this one.
    const cacheDirectory = models[0]?.options.cacheDirectory ?? ''
    const session = await openLlamaSession({
      build: await isolateBackend(build, cacheDirectory),
      modelPath,
      contextSize: 255,
      maxSequences: 1,
    })
    const oracle = await openOracle(modelPath)
    const requests = seededExamRequests('logits-oracle', 8)
    const evaluations = await session.evaluate(requests)
    for (const [index, request] of requests.entries()) {
      const evaluation = createEvaluation(evaluations[index] ?? new Uint32Array(), request.probes.length)
      const expected = await readFullLogits(oracle, request)
      evaluation.positions.forEach((bits, at) => {
        const logits = expected[at] ?? new Float32Array()
        const argMax = indexOfMaximum(logits)
        const maximum = logits[argMax] ?? Number.NaN
        expect(logits).toHaveLength(vocabularySize)
        expect(bits.argMax).toBe(argMax)
        expect(bits.maximum).toBe(floatToBits(maximum))
        expect(bits.answer).toBe(floatToBits(logits[request.tokens[request.positions[at] ?? 0] ?? 0] ?? Number.NaN))
        expect(bits.probes).toEqual(Array.from(request.probes, (probe) => floatToBits(logits[probe] ?? Number.NaN)))
        const ours = sumInOrderOfId(logits, maximum)
        expect(Math.abs(bitsToFloat(bits.totalWeight) - ours) / ours).toBeLessThan(TOTAL_WEIGHT_TOLERANCE)
      })
    }
  })
})

async function openOracle(modelPath: string): Promise<LlamaContextSequence> {
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
    maxThreads: 1,
  })
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 })
  const context = await model.createContext({ contextSize: 256, batchSize: 256, threads: 1, flashAttention: false })
  return context.getSequence()
}

/** All logits at each position, by token id, through the binding's slow and simple way. */
async function readFullLogits(sequence: LlamaContextSequence, request: EvaluationRequest): Promise<Float32Array[]> {
  await sequence.clearHistory()
  const wanted = new Set(Array.from(request.positions, (position) => position - 1))
  const output = await sequence.controlledEvaluate(
    Array.from(request.tokens.subarray(0, -1), (token, index) =>
      wanted.has(index) ? [token as Token, { generateNext: { logits: true } }] : (token as Token),
    ),
  )
  return Array.from(request.positions, (position) => {
    const map = output[position - 1]?.next.logits ?? new Map<Token, number>()
    const logits = new Float32Array(map.size)
    for (const [token, logit] of map) logits[token] = logit
    return logits
  })
}

function indexOfMaximum(logits: Float32Array): number {
  return logits.reduce((best, logit, token) => (logit > (logits[best] ?? Number.NaN) ? token : best), 0)
}

function sumInOrderOfId(logits: Float32Array, maximum: number): number {
  return logits.reduce((sum, logit) => Math.fround(sum + Math.fround(Math.exp(Math.fround(logit - maximum)))), 0)
}

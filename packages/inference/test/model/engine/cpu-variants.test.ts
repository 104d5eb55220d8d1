import {
  createLlamaEngine,
  type Evaluation,
  type EvaluationRequest,
  KNOWN_DOMAINS,
  type PrebuiltLlamaBuild,
} from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { canRunDomain } from '../runnable-domains.ts'
import { createTestModel, WIDE_SHAPE } from '../test-model.ts'

const model = await createTestModel(WIDE_SHAPE)
afterAll(async () => await model.remove())

const EXAMS = seededExamRequests('cpu-variants', 4)
const BUILD: PrebuiltLlamaBuild = { kind: 'prebuilt', package: 'node-llama-cpp', version: '3.22.1', variant: 'haswell' }
const runnable = KNOWN_DOMAINS.filter(canRunDomain).flatMap(({ name, build }) =>
  build.kind === 'prebuilt' ? [{ name, variant: build.variant }] : [],
)

async function evaluateWith(variant: string, requests: readonly EvaluationRequest[]): Promise<readonly Evaluation[]> {
  const engine = createLlamaEngine({ ...model.options, build: { ...BUILD, variant } })
  await engine.start()
  try {
    return await engine.evaluate(requests)
  } finally {
    await engine.stop()
  }
}

describe('a pinned CPU variant', () => {
  it('is the one that llama.cpp reports', async () => {
    const engine = createLlamaEngine(model.options)
    await engine.start()
    const info = engine.status.model?.systemInfo ?? ''
    await engine.stop()
    expect(info).toContain('AVX2 = 1')
    expect(info).not.toContain('AVX512')
  })

  it('gives bits of its own', async () => {
    const bits = new Map<string, string>()
    for (const { name, variant } of runnable) {
      const evaluations = await evaluateWith(variant, EXAMS)
      bits.set(name, evaluations.map(({ words }) => words.join()).join())
    }
    expect(new Set(bits.values()).size).toBe(runnable.length)
  })

  it('must exist', async () => {
    await expect(evaluateWith('pentium', EXAMS)).rejects.toMatchObject({ code: 'INFERENCE_PLATFORM_UNSUPPORTED' })
  })
})

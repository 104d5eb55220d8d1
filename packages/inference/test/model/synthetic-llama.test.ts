import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Llama, Token } from 'node-llama-cpp'
import { getLlama } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SMALL_SYNTHETIC_LLAMA, writeSyntheticLlama } from '../../src/gguf/synthetic-llama.ts'

const TEXT = 'Q: 17+25=?\nA: 42\n'

describe('synthetic models in llama.cpp', () => {
  let directory: string
  let llama: Llama

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'poai-synthetic-'))
    llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false, maxThreads: 1 })
  })

  afterAll(async () => {
    await llama.dispose()
    await rm(directory, { recursive: true })
  })

  const cases = (['F32', 'F16', 'Q8_0', 'Q4_0'] as const).flatMap((format) =>
    [true, false].map((tied) => ({ format, tied })),
  )

  it.each(cases)('loads $format, tied $tied, and gives finite, varied logits', async ({ format, tied }) => {
    const path = join(directory, `${format}-${tied}.gguf`)
    await writeSyntheticLlama(path, { ...SMALL_SYNTHETIC_LLAMA, vocabularySize: 300, format, tied })
    const model = await llama.loadModel({ modelPath: path })
    const tokens = model.tokenize(TEXT)
    expect(tokens).toEqual([...Buffer.from(TEXT)].map((byte) => 3 + byte))
    expect(model.detokenize(tokens)).toBe(TEXT)

    const context = await model.createContext({ contextSize: 256, batchSize: 64, threads: 1, flashAttention: false })
    const last = tokens.at(-1) as Token
    const evaluated = await context
      .getSequence()
      .controlledEvaluate([...tokens.slice(0, -1), [last, { generateNext: { token: true, logits: true } }]])
    const logits = [...(evaluated.at(-1)?.next.logits?.values() ?? [])]
    expect(logits).toHaveLength(300)
    expect(logits.every(Number.isFinite)).toBe(true)
    expect(new Set(logits).size).toBeGreaterThan(250)
    expect(Math.max(...logits.map(Math.abs))).toBeLessThan(30)
    await model.dispose()
  })
})

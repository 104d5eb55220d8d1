import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasProgramForTests, mixedExamRequests, preparePortableCache } from '@poai/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../../src/domain/fingerprint.ts'
import type { GenerationRequest } from '../../../src/engine/inference-engine.ts'
import { SMALL_SYNTHETIC_LLAMA, writeSyntheticLlama } from '../../../src/gguf/synthetic-llama.ts'
import { type AgreeingEngine, llamaEngine, ownEngines, useEngine } from './agreeing-engines.ts'
import { scaleNorm } from './scale-norm.ts'
import { AGREEMENT_MODELS } from './shapes.ts'

const isPossible = hasProgramForTests(['g++', 'clang++', 'c++'], 'apt-get install g++')
/** Longer than a band of tokens, so that one pass is several. */
const CONTEXT = 300
const EXAMS = mixedExamRequests('engines agree', 6, CONTEXT + 1)
const LONGEST = EXAMS.reduce((one, other) => (one.tokens.length < other.tokens.length ? other : one))
/** Its prompt is fed in pieces, and its output token by token. */
const GENERATION: GenerationRequest = {
  prompt: LONGEST.tokens.slice(0, 75),
  maxTokens: 10,
  sampling: { temperature: 900, seed: new Uint8Array(32).fill(11) },
  stopTokens: [],
}

/** Numbers that grow until something is infinite: keys and values in binary16, scores, scales of blocks, logits. */
const OVERFLOWS = (['Q8_0', 'F32'] as const).flatMap((format) =>
  (
    [
      ['blk.1.attn_norm.weight', 1e4, 1],
      ['blk.1.attn_norm.weight', 1e5, 7],
      ['blk.1.attn_norm.weight', 1e12, 64],
      ['blk.3.attn_norm.weight', 1e36, 5],
      ['blk.0.ffn_norm.weight', 1e18, 9],
      ['blk.2.ffn_norm.weight', 1e30, 1],
      ['output_norm.weight', 1e7, 1],
      ['output_norm.weight', 1e37, 3],
    ] as const
  ).map(
    ([tensor, factor, every]) => [`${format} with ${tensor} x ${factor}`, format, { tensor, factor, every }] as const,
  ),
)
let folder = ''
let own: readonly AgreeingEngine[] = []
let llama: AgreeingEngine | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-agree-'))
  if (!isPossible) return
  own = await ownEngines()
  llama = llamaEngine(await preparePortableCache())
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

async function fingerprint(engine: AgreeingEngine | undefined, modelPath: string): Promise<string> {
  if (engine === undefined) throw new Error('no such engine')
  return await useEngine(engine.create(modelPath, CONTEXT), async (running) => {
    const evaluations = await running.evaluate(EXAMS)
    const sampled = await running.evaluate([{ ...LONGEST, sampling: GENERATION.sampling }])
    const { words, tokens, finite } = await running.generate(GENERATION)
    const fingerprints = [evaluations, sampled].map((all) => fingerprintOf(all.map((each) => each.words)))
    return [...fingerprints, fingerprintOf([words]), tokens.join(), finite].join(' ')
  })
}

describe.skipIf(!isPossible)('all engines of portable-1', () => {
  it.each(AGREEMENT_MODELS)('compute the same bits of %s', async (name, options) => {
    const modelPath = join(folder, `${name.replaceAll(/\W+/g, '-')}.gguf`)
    await writeSyntheticLlama(modelPath, options)
    const expected = await fingerprint(llama, modelPath)
    for (const engine of own)
      expect([engine.name, await fingerprint(engine, modelPath)]).toEqual([engine.name, expected])
  })

  it.each(OVERFLOWS)('compute the same of %s', async (_name, format, norm) => {
    const modelPath = join(folder, `overflow-${format}-${norm.tensor}-${norm.factor}.gguf`)
    await writeSyntheticLlama(modelPath, { ...SMALL_SYNTHETIC_LLAMA, format })
    await scaleNorm(modelPath, norm)
    const expected = await fingerprint(llama, modelPath)
    for (const engine of own)
      expect([engine.name, await fingerprint(engine, modelPath)]).toEqual([engine.name, expected])
  })
})

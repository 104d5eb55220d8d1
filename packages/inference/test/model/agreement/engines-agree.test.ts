import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasProgramForTests, mixedExamRequests, preparePortableCache } from '@poai/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../../src/domain/fingerprint.ts'
import { writeSyntheticLlama } from '../../../src/gguf/synthetic-llama.ts'
import { type AgreeingEngine, llamaEngine, ownEngines, useEngine } from './agreeing-engines.ts'
import { AGREEMENT_MODELS } from './shapes.ts'

const isPossible = hasProgramForTests(['g++', 'clang++', 'c++'], 'apt-get install g++')
/** Longer than a band of tokens, so that one pass is several. */
const CONTEXT = 300
const EXAMS = mixedExamRequests('engines agree', 6, CONTEXT + 1)
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
  return await useEngine(engine.create(modelPath, CONTEXT), async (running) =>
    fingerprintOf((await running.evaluate(EXAMS)).map(({ words }) => words)),
  )
}

describe.skipIf(!isPossible)('all engines of portable-1', () => {
  it.each(AGREEMENT_MODELS)('compute the same bits of %s', async (name, options) => {
    const modelPath = join(folder, `${name.replaceAll(/\W+/g, '-')}.gguf`)
    await writeSyntheticLlama(modelPath, options)
    const expected = await fingerprint(llama, modelPath)
    for (const engine of own) expect([engine.name, await fingerprint(engine, modelPath)]).toEqual([engine.name, expected])
  })
})

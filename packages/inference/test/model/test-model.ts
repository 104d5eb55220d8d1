import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findDomain } from '../../src/domain/determinism-domain.ts'
import type { LlamaEngineOptions } from '../../src/engine/engine-options.ts'
import {
  SMALL_SYNTHETIC_LLAMA,
  type SyntheticLlamaOptions,
  writeSyntheticLlama,
} from '../../src/gguf/synthetic-llama.ts'

/** A domain of llama.cpp that practically every x86-64 machine computes, with nothing to compile first. */
export const PACKAGED_DOMAIN_NAME = 'x64-avx2'

/** A folder with a synthetic model, and the options of an engine for it. */
export interface TestModel {
  readonly folder: string
  readonly options: LlamaEngineOptions
  remove(): Promise<void>
}

/**
 * Wide enough that another order of summation reaches the logits of every exam; the model of `test/vectors/synthetic`.
 */
export const WIDE_SHAPE: Partial<SyntheticLlamaOptions> = {
  layers: 4,
  width: 256,
  heads: 4,
  kvHeads: 4,
  feedForward: 768,
}

/** Writes a synthetic model into a folder of its own. */
export async function createTestModel(shape: Partial<SyntheticLlamaOptions> = {}): Promise<TestModel> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-engine-'))
  const modelPath = join(folder, 'model.gguf')
  await writeSyntheticLlama(modelPath, { ...SMALL_SYNTHETIC_LLAMA, ...shape })
  const build = findDomain(PACKAGED_DOMAIN_NAME)?.build
  if (build === undefined) throw new Error(`the domain ${PACKAGED_DOMAIN_NAME} is not known`)
  return {
    folder,
    options: { build, modelPath, cacheDirectory: join(folder, 'cache'), workers: 1 },
    remove: async () => await rm(folder, { recursive: true, force: true }),
  }
}

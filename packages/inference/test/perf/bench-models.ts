import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { preparePortableCache } from '@poai/testing'
import { findDomain } from '../../src/domain/determinism-domain.ts'
import type { LlamaBuild } from '../../src/engine/llama-build.ts'
import {
  SMALL_SYNTHETIC_LLAMA,
  type SyntheticLlamaOptions,
  TINYLLAMA_SHAPED,
  writeSyntheticLlama,
} from '../../src/gguf/synthetic-llama.ts'
import { PACKAGED_DOMAIN_NAME } from '../model/test-model.ts'

/** The model that ships with the project, once it is trained. */
const EMBEDDED_MODEL = join(import.meta.dirname, '../../../../models/quiz-1/quiz-1.Q8_0.gguf')

/** The embedded model's shape with random weights. */
const QUIZ_SHAPED: SyntheticLlamaOptions = {
  ...SMALL_SYNTHETIC_LLAMA,
  layers: 6,
  width: 128,
  heads: 4,
  kvHeads: 4,
  feedForward: 384,
  contextLength: 256,
  tied: true,
}

/** A folder for a bench's models, and what is in it. */
export interface BenchFolder {
  readonly cacheDirectory: string
  readonly build: LlamaBuild
  /** The embedded model, or a random one of its shape. */
  quizModel(): Promise<string>
  /** A random model; `name` is its file name. */
  synthetic(name: string, shape: Partial<SyntheticLlamaOptions>): Promise<string>
  path(name: string): string
  remove(): Promise<void>
}

/** Makes the folder. The cache is the one that tests share: it has the library of `portable-1`. */
export async function createBenchFolder(domain: string = PACKAGED_DOMAIN_NAME): Promise<BenchFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-bench-'))
  const build = findDomain(domain)?.build
  if (build === undefined) throw new Error(`the domain ${domain} is not known`)
  const cacheDirectory = await preparePortableCache()
  const synthetic = async (name: string, shape: Partial<SyntheticLlamaOptions>): Promise<string> => {
    const path = join(folder, `${name}.gguf`)
    if (!existsSync(path)) await writeSyntheticLlama(path, { ...QUIZ_SHAPED, ...shape })
    return path
  }
  return {
    cacheDirectory,
    build,
    synthetic,
    quizModel: async () => (existsSync(EMBEDDED_MODEL) ? EMBEDDED_MODEL : await synthetic('quiz-shaped', {})),
    path: (name) => join(folder, name),
    remove: async () => await rm(folder, { recursive: true, force: true }),
  }
}

/** 1.1 billion weights in Q4_0. */
export const LARGE_SHAPE: Partial<SyntheticLlamaOptions> = TINYLLAMA_SHAPED

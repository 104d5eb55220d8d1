import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvariantError } from '@poai/core'
import { checkVectors } from '../domain/check-vectors.ts'
import { findDomain, PORTABLE_DOMAIN_NAME } from '../domain/determinism-domain.ts'
import { allExams, type DomainVectors, parseVectors } from '../domain/domain-vectors.ts'
import { wordsOfEngine } from '../domain/evaluate-words.ts'
import type { InferenceEngine } from '../engine/inference-engine.ts'
import { createLlamaEngine } from '../engine/llama-engine.ts'
import { withEngine } from '../engine/with-engine.ts'
import { readModelManifest } from '../models/model-manifest.ts'
import { resolveModel } from '../models/resolve-model.ts'
import { createNativeEngine } from '../program/portable-engine.ts'

/** The model whose recorded vectors a new engine must compute: it comes with the program. */
const TEST_MODEL = 'quiz-1'

/** Where a test finds its models. */
export interface TestModels {
  /** The folder that came with the program: vectors, the list of models, the model at the edges. */
  readonly models: string
  /** The folder of models that were downloaded or imported. */
  readonly modelStore: string
}

/** What an engine is tested with. */
export interface TestOptions {
  readonly modelPath: string
  readonly contextSize: number
  readonly workers: number
}

/** The model at the edges of the arithmetic, for the vectors alone. */
const EDGES_MODEL = 'edges'

/**
 * Has an engine replay all vectors that come with the program: of its model, and of the one at the edges. Returns how
 * many exams those are.
 */
export async function testBuild(
  { models, modelStore }: TestModels,
  create: (options: TestOptions) => InferenceEngine,
  signal: AbortSignal,
): Promise<number> {
  const read = async (model: string, name: string): Promise<DomainVectors> =>
    parseVectors(await readFile(join(models, model, 'vectors', `${name}.json`), 'utf8'))
  const replay = async (modelPath: string, vectors: DomainVectors): Promise<number> => {
    const engine = create({ modelPath, contextSize: vectors.contextSize, workers: 1 })
    await withEngine(engine, signal, () => checkVectors(wordsOfEngine(engine), vectors))
    return allExams(vectors).length
  }
  const pinned = await read(TEST_MODEL, PORTABLE_DOMAIN_NAME)
  const { exams: chosen } = await read(TEST_MODEL, `${PORTABLE_DOMAIN_NAME}.chosen`)
  const manifest = await readModelManifest(join(models, 'manifest.json'))
  const { path } = await resolveModel({ directory: modelStore, manifest }, TEST_MODEL)
  const edges = await read(EDGES_MODEL, PORTABLE_DOMAIN_NAME)
  const ofModel = await replay(path, { ...pinned, chosen })
  return ofModel + (await replay(join(models, EDGES_MODEL, 'edges.gguf'), edges))
}

/** The native program in `file`, for such a test. */
export function nativeForTest(file: string): (options: TestOptions) => InferenceEngine {
  return (options) => createNativeEngine(file, options)
}

/** llama.cpp with the library in that cache, for such a test. */
export function llamaForTest(cacheDirectory: string): (options: TestOptions) => InferenceEngine {
  const build = findDomain(PORTABLE_DOMAIN_NAME)?.build
  if (build === undefined) throw new InvariantError(`${PORTABLE_DOMAIN_NAME} is not known`)
  return (options) => createLlamaEngine({ ...options, build, cacheDirectory })
}

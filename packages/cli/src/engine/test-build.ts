import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvariantError } from '@poai/core'
import {
  allExams,
  checkVectors,
  createLlamaEngine,
  createNativeEngine,
  type DomainVectors,
  findDomain,
  type InferenceEngine,
  PORTABLE_DOMAIN_NAME,
  parseVectors,
  resolveModel,
  wordsOfEngine,
} from '@poai/inference'
import { type Installation, openModelStore } from '@poai/node'
import { withEngine } from '../with-engine.ts'

/** The model whose recorded vectors a new engine must compute: it comes with the program. */
const TEST_MODEL = 'quiz-1'

/** What an engine is tested with. */
export interface TestOptions {
  readonly modelPath: string
  readonly contextSize: number
  readonly workers: number
}

/** Has an engine replay all recorded vectors of the model that comes with the program. Returns how many exams those are. */
export async function testBuild(
  installation: Installation,
  create: (options: TestOptions) => InferenceEngine,
  signal: AbortSignal,
): Promise<number> {
  const read = async (name: string): Promise<DomainVectors> =>
    parseVectors(await readFile(join(installation.models, TEST_MODEL, 'vectors', `${name}.json`), 'utf8'))
  const pinned = await read(PORTABLE_DOMAIN_NAME)
  const vectors = { ...pinned, chosen: (await read(`${PORTABLE_DOMAIN_NAME}.chosen`)).exams }
  const { path: modelPath } = await resolveModel(await openModelStore(installation), TEST_MODEL)
  const engine = create({ modelPath, contextSize: vectors.contextSize, workers: 1 })
  await withEngine(engine, signal, () => checkVectors(wordsOfEngine(engine), vectors))
  return allExams(vectors).length
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

import { defined } from '@poai/core'
import {
  createFakeEngine,
  DEFAULT_DOMAIN_NAME,
  type DomainVectors,
  findDomain,
  type ModelDescription,
} from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import type { EngineMaker } from '../../src/engine/engine-service.ts'
import type { EngineSetup } from '../../src/engine/engine-setup.ts'

/** What the self-test of a fake model asks. */
export const FAKE_EXAMS: ReturnType<typeof seededExamRequests> = seededExamRequests('fake model', 10)

const MODEL: ModelDescription = {
  ...{ architecture: 'fake', name: 'fake', license: undefined, layers: 1, width: 1, heads: 1, kvHeads: 1 },
  ...{ feedForward: 1, contextLength: 255, vocabularySize: 259, tokenizer: undefined, parameters: 1, tensors: 1 },
  quantization: [],
}

/** A set-up whose vectors a fake engine with this seed passes. */
export async function fakeSetup(seed?: number): Promise<EngineSetup> {
  const engine = createFakeEngine(defined({ seed }))
  await engine.start()
  const evaluations = await engine.evaluate(FAKE_EXAMS)
  const domain = findDomain(DEFAULT_DOMAIN_NAME)
  if (domain === undefined) throw new Error('no default domain')
  const vectors: DomainVectors = {
    domain: domain.name,
    modelSha256: '00'.repeat(32),
    contextSize: 255,
    maxSequences: 1,
    exams: FAKE_EXAMS.map((request, index) => ({ request, words: evaluations[index]?.words ?? new Uint32Array() })),
  }
  return {
    model: { name: 'fake', path: '/nowhere', sha256: '00'.repeat(32), sizeBytes: 0, description: MODEL },
    domain,
    vectors,
    fingerprints: [],
  }
}

/** The model of chains that tests generate: nodes of one judge each other's blocks. */
export const FAKE_MODEL: EngineMaker = { findSetup: () => fakeSetup(), createEngine: () => createFakeEngine() }

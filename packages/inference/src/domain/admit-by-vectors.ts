import type { LlamaEngineDependencies } from '../engine/llama-engine.ts'
import { ADMISSION_SAMPLE, checkVectors } from './check-vectors.ts'
import type { DomainVectors } from './domain-vectors.ts'

/** An admission test for an engine's workers: one that misses a bit of a sample of `vectors` never serves. */
export function admitByVectors(vectors: DomainVectors): NonNullable<LlamaEngineDependencies['admit']> {
  return async (run) => await checkVectors(run, vectors, { sample: ADMISSION_SAMPLE })
}

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createLlamaEngine,
  DEFAULT_CONTEXT_SIZE,
  type DeterminismDomain,
  type DomainFingerprint,
  type EvaluationRequest,
  fingerprintOf,
  formatFingerprints,
  formatVectors,
  hashVectors,
  modelIdentity,
  recordVectors,
  wordsOfEngine,
} from '@poai/inference'
import { mixedExamRequests, seededExamRequests } from './exam-requests.ts'

export interface RecordModelVectorsOptions {
  readonly modelPath: string
  /** Where `<domain>.json` and `fingerprints.json` go. */
  readonly directory: string
  readonly cacheDirectory: string
  /** The domain whose vectors are written in full. */
  readonly domain: DeterminismDomain
  /** Other domains that this machine can compute: their fingerprints are written. */
  readonly others: readonly DeterminismDomain[]
  /** Exams that may be decoded together; above 1 they must give the bits of 1. Default 1. */
  readonly maxSequences?: number
  /** Default: {@link vectorExamRequests}. */
  readonly requests?: readonly EvaluationRequest[]
  /** Fed tokens that the context is made for. Default: an exam's. */
  readonly contextSize?: number
}

/** What was written. */
export interface RecordedModelVectors {
  readonly path: string
  /** SHA-256 of the vectors file, for a network's parameters. */
  readonly sha256: string
  readonly exams: number
  readonly fingerprints: readonly DomainFingerprint[]
}

/** Exams of the network's own length, and of lengths up to what the context takes. */
const FULL_LENGTH_EXAMS = 48
const MIXED_EXAMS = 24
const LONGEST_EXAM = 250

/** The exams that vectors are recorded of: the same for every model with the byte vocabulary. */
export function vectorExamRequests(): readonly EvaluationRequest[] {
  return [
    ...seededExamRequests('vectors', FULL_LENGTH_EXAMS),
    ...mixedExamRequests('vectors', MIXED_EXAMS, LONGEST_EXAM),
  ]
}

/**
 * Records a model's vectors in the canonical shape and the fingerprints of the other domains, and writes both files.
 */
export async function recordModelVectors(options: RecordModelVectorsOptions): Promise<RecordedModelVectors> {
  const { directory, domain, others, maxSequences = 1, contextSize = DEFAULT_CONTEXT_SIZE } = options
  const requests = options.requests ?? vectorExamRequests()
  const identity = {
    domain: domain.name,
    modelSha256: (await modelIdentity(options.modelPath)).sha256,
    contextSize,
    maxSequences,
  }
  const vectors = await withEngine(options, domain, 1, (evaluate) => recordVectors(evaluate, identity, requests))
  const words = vectors.exams.map((exam) => exam.words)
  if (maxSequences > 1) await requireSameTogether(options, fingerprintOf(words))
  const text = formatVectors(vectors)
  await mkdir(directory, { recursive: true })
  const path = join(directory, `${domain.name}.json`)
  await writeFile(path, text)
  const fingerprints = [{ domain: domain.name, sha256: fingerprintOf(words) }]
  for (const other of others) {
    const found = await withEngine(options, other, 1, (evaluate) => evaluate(requests))
    fingerprints.push({ domain: other.name, sha256: fingerprintOf(found) })
  }
  await writeFile(join(directory, 'fingerprints.json'), formatFingerprints(fingerprints))
  return { path, sha256: hashVectors(text), exams: requests.length, fingerprints }
}

type Evaluate = ReturnType<typeof wordsOfEngine>

async function withEngine<Result>(
  { modelPath, cacheDirectory, contextSize = DEFAULT_CONTEXT_SIZE }: RecordModelVectorsOptions,
  { build }: DeterminismDomain,
  maxSequences: number,
  use: (evaluate: Evaluate) => Promise<Result>,
): Promise<Result> {
  const engine = createLlamaEngine({ build, modelPath, cacheDirectory, contextSize, workers: 1, maxSequences })
  await engine.start()
  try {
    return await use(wordsOfEngine(engine))
  } finally {
    await engine.stop()
  }
}

async function requireSameTogether(options: RecordModelVectorsOptions, expected: string): Promise<void> {
  const { domain, maxSequences = 1 } = options
  const requests = options.requests ?? vectorExamRequests()
  const together = await withEngine(options, domain, maxSequences, (evaluate) => evaluate(requests))
  const found = fingerprintOf(together)
  if (found !== expected) throw new Error(`${maxSequences} exams together give other bits: ${found}, not ${expected}`)
}

import { createHash } from 'node:crypto'
import { EngineError } from '../engine/engine-error.ts'
import { checkVectors } from './check-vectors.ts'
import type { DomainVectors } from './domain-vectors.ts'
import type { EvaluateWords } from './evaluate-words.ts'

/** What a model's exams hash to in one domain: enough to recognise the domain, too little to check a worker by. */
export interface DomainFingerprint {
  readonly domain: string
  /** {@link fingerprintOf} the exams' words, lower-case hexadecimal. */
  readonly sha256: string
}

/**
 * The file of a model's fingerprints: a JSON object from domain to SHA-256. Not pinned by networks: it only helps to
 * explain.
 */
export function formatFingerprints(fingerprints: readonly DomainFingerprint[]): string {
  return `${JSON.stringify(Object.fromEntries(fingerprints.map(({ domain, sha256 }) => [domain, sha256])), undefined, 2)}\n`
}

/** Reads what {@link formatFingerprints} wrote. */
export function parseFingerprints(text: string): readonly DomainFingerprint[] {
  const file = JSON.parse(text) as Readonly<Record<string, unknown>>
  return Object.entries(file).map(([domain, sha256]) => {
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
      throw new EngineError('INFERENCE_VECTORS_INVALID', `The fingerprint of ${domain} is no SHA-256`)
    }
    return { domain, sha256 }
  })
}

/** SHA-256 over all words of some evaluations, little-endian, in order. */
export function fingerprintOf(evaluations: readonly Uint32Array[]): string {
  const hash = createHash('sha256')
  for (const words of evaluations) {
    const bytes = new DataView(new ArrayBuffer(4 * words.length))
    words.forEach((word, index) => {
      bytes.setUint32(4 * index, word, true)
    })
    hash.update(bytes)
  }
  return hash.digest('hex')
}

/** The domain that this machine is in for the vectors' model, if it is a known one: all exams are replayed. */
export async function findMachineDomain(
  evaluate: EvaluateWords,
  vectors: DomainVectors,
  known: readonly DomainFingerprint[],
): Promise<string | undefined> {
  const fingerprint = fingerprintOf(await evaluate(vectors.exams.map(({ request }) => request)))
  if (fingerprint === fingerprintOf(vectors.exams.map(({ words }) => words))) return vectors.domain
  return known.find(({ sha256 }) => sha256 === fingerprint)?.domain
}

/**
 * Replays all of `vectors` and throws `INFERENCE_DOMAIN_MISMATCH` unless the machine is in their domain: saying which
 * one it is in, which one the network wants, and what to do.
 */
export async function requireMachineDomain(
  evaluate: EvaluateWords,
  vectors: DomainVectors,
  known: readonly DomainFingerprint[],
): Promise<void> {
  const found = await findMachineDomain(evaluate, vectors, known)
  if (found === vectors.domain) return await checkVectors(evaluate, { ...vectors, exams: [] })
  throw new EngineError('INFERENCE_DOMAIN_MISMATCH', 'This machine computes other bits than the network', {
    expected: vectors.domain,
    actual: found ?? 'a domain that no release has recorded',
    hint:
      found === undefined
        ? 'Check that the model file is the network’s and that nothing but the packaged llama.cpp is loaded; otherwise this machine is not supported yet.'
        : `Pin the engine to the build of ${vectors.domain}, or join a network whose domain is ${found}.`,
  })
}

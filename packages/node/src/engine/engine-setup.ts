import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AskedWork } from '@poai/consensus'
import { AppError, bytesToHex, equalBytes, type RuleSchedule, rulesOf, type WorkParams } from '@poai/core'
import {
  type DeterminismDomain,
  type DomainFingerprint,
  type DomainVectors,
  EngineError,
  findDomain,
  hashVectors,
  KNOWN_DOMAINS,
  parseFingerprints,
  parseVectors,
  type ResolvedModel,
  resolveModel,
} from '@poai/inference'
import type { Installation } from './installation.ts'
import { openModelStore } from './open-model-store.ts'

/** A model as a network names it: its file, the domain of its bits, and the vectors that define them. */
export interface ModelPin extends Pick<WorkParams, 'model' | 'modelSha256' | 'domain' | 'vectorsSha256'> {
  /** The longest prompt and answer that contracts may ask for, together. Left out: they ask for none. */
  readonly contextTokens?: number
}

/** Every model that some height of a network asks for, each once: those that blocks are mined with first. */
export function modelPinsOf(schedule: RuleSchedule): readonly ModelPin[] {
  const ladder = rulesOf(schedule)
  const named: readonly ModelPin[] = [
    ...ladder.map(({ work }) => work),
    ...ladder
      .flatMap(({ inference }) => inference?.models ?? [])
      .map(({ name, sha256, domain, vectorsSha256, contextTokens }) => ({
        ...{ model: name, modelSha256: sha256, domain, vectorsSha256, contextTokens },
      })),
  ]
  return named
    .filter((pin, index) => named.findIndex((other) => isModelOf(pin, other)) === index)
    .map((pin) => ({ ...pin, contextTokens: mostTokens(named.filter((other) => isModelOf(pin, other))) }))
}

function mostTokens(pins: readonly ModelPin[]): number {
  return Math.max(...pins.map(({ contextTokens = 0 }) => contextTokens))
}

/** True if what is asked for is this model in this domain. */
export function isModelOf(asked: AskedWork, pin: AskedWork): boolean {
  return equalBytes(asked.modelSha256, pin.modelSha256) && asked.domain === pin.domain
}

/** What an engine of a network needs on this machine: the model, the domain, and the vectors that define it. */
export interface EngineSetup {
  readonly model: ResolvedModel
  readonly domain: DeterminismDomain
  readonly vectors: DomainVectors
  /**
   * What the model's exams hash to in other domains. A machine that is not in the network's domain learns from them
   * which one it is in.
   */
  readonly fingerprints: readonly DomainFingerprint[]
  /** A small model at the edges of the domain's arithmetic, where the network's own model never goes. */
  readonly edges?: EdgesSetup
}

/** A model that comes with the program only for its vectors. */
export interface EdgesSetup {
  readonly modelPath: string
  readonly vectors: DomainVectors
}

/** Where vectors are that this machine recorded, by their hash: those of networks that are not built in. */
export function ownVectorsPath({ home }: Pick<Installation, 'home'>, sha256: string): string {
  return join(home, 'vectors', `${sha256}.json`)
}

/** Where a network's recorded vectors may be: with the program, or among the user's own. */
function vectorsPaths(installation: Installation, { model, domain, vectorsSha256 }: ModelPin): Places {
  const own = ownVectorsPath(installation, bytesToHex(vectorsSha256).slice(2))
  return [own, join(installation.models, model, 'vectors', `${domain}.json`)]
}

/** In the order in which they are tried. Messages name the last one. */
type Places = readonly [own: string, released: string]

/** The domain of that name. Throws if this release does not know it. */
function requireDomain(name: string): DeterminismDomain {
  const domain = findDomain(name)
  if (domain !== undefined) return domain
  throw new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', `this release does not know the determinism domain ${name}`, {
    expected: `one of ${KNOWN_DOMAINS.map((known) => known.name).join(', ')}`,
    actual: name,
    hint: 'update poai, or correct the network’s parameters',
  })
}

/** The vectors of a network, checked against the hash and the model that it names. */
async function readVectors(
  [own, path]: Places,
  wanted: { readonly sha256: string; readonly modelSha256: string },
): Promise<DomainVectors> {
  const text =
    (await readFile(own, 'utf8').catch(() => undefined)) ??
    (await readFile(path, 'utf8').catch((cause: unknown) => {
      throw missingVectors(path, cause)
    }))
  const sha256 = hashVectors(text)
  if (sha256 !== wanted.sha256) {
    throw new EngineError('INFERENCE_VECTORS_INVALID', `${path} is not the file of vectors that the network names`, {
      expected: wanted.sha256,
      actual: sha256,
      hint: 'take the file of the release that knows this network',
    })
  }
  const vectors = parseVectors(text)
  if (vectors.modelSha256 === wanted.modelSha256) return vectors
  throw new EngineError('INFERENCE_VECTORS_INVALID', `${path} was recorded with another model file`, {
    expected: wanted.modelSha256,
    actual: vectors.modelSha256,
  })
}

function missingVectors(path: string, cause: unknown): EngineError {
  return new EngineError('INFERENCE_VECTORS_INVALID', `no recorded vectors: cannot read ${path}`, {
    cause,
    hint: 'take the release that knows this network, or record them: npm run bench -- record-vectors',
  })
}

/**
 * Exams that came with the program beside the vectors, if they are for this model: they reveal more mistakes, and no
 * network pins them.
 */
async function readChosen(
  installation: Installation,
  model: string,
  vectors: DomainVectors,
): Promise<Pick<DomainVectors, 'chosen'>> {
  const path = join(installation.models, model, 'vectors', `${vectors.domain}.chosen.json`)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return {}
  const { modelSha256, exams } = parseVectors(text)
  return modelSha256 === vectors.modelSha256 ? { chosen: exams } : {}
}

/** Only `portable-1` is defined beyond the networks' model, so only its edges count. */
async function readEdges({ models }: Installation, { name }: DeterminismDomain): Promise<Pick<EngineSetup, 'edges'>> {
  const folder = join(models, 'edges')
  const text = await readFile(join(folder, 'vectors', `${name}.json`), 'utf8').catch(() => undefined)
  return text === undefined ? {} : { edges: { modelPath: join(folder, 'edges.gguf'), vectors: parseVectors(text) } }
}

/**
 * Finds what an engine of that network needs. If something is missing or is not what the network names, throws an error
 * that says what to do.
 */
export async function setUpEngine(
  installation: Installation,
  { work }: { readonly work: ModelPin },
): Promise<EngineSetup> {
  const domain = requireDomain(work.domain)
  const model = await resolveModel(await openModelStore(installation), work.model)
  const modelSha256 = bytesToHex(work.modelSha256).slice(2)
  if (model.sha256 !== modelSha256) {
    throw new AppError('MODEL_HASH_MISMATCH', `${model.path} is not the model of this network`, {
      expected: modelSha256,
      actual: model.sha256,
      hint: 'take the release that knows this network, or import the network’s model',
    })
  }
  const pinned = await readVectors(vectorsPaths(installation, work), {
    sha256: bytesToHex(work.vectorsSha256).slice(2),
    modelSha256,
  })
  requireRoom(work, pinned)
  const vectors = { ...pinned, ...(await readChosen(installation, work.model, pinned)) }
  const fingerprints = await readFingerprints(installation, work.model)
  return { model, domain, vectors, fingerprints, ...(await readEdges(installation, domain)) }
}

/** The longest call must fit into the context that the vectors are for. The last token is only drawn, never fed. */
function requireRoom(
  { model, contextTokens = 0 }: ModelPin,
  { contextSize }: Pick<DomainVectors, 'contextSize'>,
): void {
  if (contextTokens <= contextSize + 1) return
  throw new EngineError('INFERENCE_VECTORS_INVALID', `calls of ${model} may be longer than its vectors cover`, {
    expected: `contextTokens of at most ${contextSize + 1}`,
    actual: String(contextTokens),
    hint: 'correct the network’s parameters',
  })
}

/** Fingerprints only help to explain errors, so a model may have none. */
async function readFingerprints(installation: Installation, model: string): Promise<readonly DomainFingerprint[]> {
  const text = await readFile(join(installation.models, model, 'vectors', 'fingerprints.json'), 'utf8').catch(
    () => '{}',
  )
  return parseFingerprints(text)
}

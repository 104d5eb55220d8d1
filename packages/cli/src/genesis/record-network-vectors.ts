import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createExamBuilder, type Exam, type ExamFormat, networkExamOptions } from '@poai/consensus'
import { type Hash32, hash32, type NetworkParams, toHash32, uintToBytes, utf8ToBytes } from '@poai/core'
import {
  DEFAULT_CONTEXT_SIZE,
  type DeterminismDomain,
  type EvaluationRequest,
  formatVectors,
  hashVectors,
  recordVectors,
  resolveModel,
  withEngine,
  wordsOfEngine,
} from '@poai/inference'
import { createDomainEngine, type Installation, openModelStore, ownVectorsPath } from '@poai/node'

/** How many exams of the network's own length: enough for rare differences. */
const NETWORK_EXAMS = 48
/** How many exams of other lengths: some differences show only in long ones, others only in short ones. */
const MIXED_EXAMS = 24
const SHORTEST_EXAM = 64
/** Tokens of an exam for each of its answers, so that the questions fit. */
const TOKENS_PER_ANSWER = 13

/** A network whose vectors this machine recorded. */
export interface RecordedVectors {
  readonly path: string
  readonly params: NetworkParams
}

/** Records what this machine computes in a domain, and gives the network whose nodes must compute the same. */
export async function recordNetworkVectors(
  installation: Installation,
  { params, domain }: { readonly params: NetworkParams; readonly domain: DeterminismDomain },
  signal: AbortSignal,
): Promise<RecordedVectors> {
  const model = await resolveModel(await openModelStore(installation), params.work.model)
  const contextSize = Math.max(DEFAULT_CONTEXT_SIZE, params.work.exam.tokens - 1)
  const identity = { domain: domain.name, modelSha256: model.sha256, contextSize, maxSequences: 1 }
  const engine = createDomainEngine(installation, { modelPath: model.path, domain, contextSize, maxSequences: 1 })
  const vectors = await withEngine(engine, signal, () =>
    recordVectors(wordsOfEngine(engine), identity, requestsOf(params, contextSize)),
  )
  const text = formatVectors(vectors)
  const sha256 = hashVectors(text)
  const path = ownVectorsPath(installation, sha256)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  const work = {
    ...params.work,
    domain: domain.name,
    modelSha256: hashOfHex(model.sha256),
    vectorsSha256: hashOfHex(sha256),
  }
  return { path, params: { ...params, work } }
}

/** Exams of the network's length, and of lengths up to the context's: the same ones on every machine. */
function requestsOf(params: NetworkParams, contextSize: number): readonly EvaluationRequest[] {
  const { format } = networkExamOptions(params)
  const longest = contextSize
  const mixed = Array.from({ length: MIXED_EXAMS }, (_, index): ExamFormat => {
    const tokens = SHORTEST_EXAM + Math.round(((longest - SHORTEST_EXAM) * index) / (MIXED_EXAMS - 1))
    return { ...format, tokens, answerTokens: Math.min(format.answerTokens, Math.floor(tokens / TOKENS_PER_ANSWER)) }
  })
  return [...Array.from({ length: NETWORK_EXAMS }, () => format), ...mixed].map((shape, index) => {
    const exam = createExamBuilder({ ...networkExamOptions(params), format: shape })(seedOf(index))
    return toRequest(exam)
  })
}

function seedOf(index: number): ReturnType<typeof hash32> {
  return hash32(utf8ToBytes('poai/vectors/own'), uintToBytes(BigInt(index), 8))
}

function toRequest({ tokens, answerPositions, probes }: Exam): EvaluationRequest {
  return { tokens, positions: answerPositions, probes }
}

function hashOfHex(digits: string): Hash32 {
  return toHash32(Uint8Array.from(Buffer.from(digits, 'hex')))
}

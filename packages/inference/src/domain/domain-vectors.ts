import { createHash } from 'node:crypto'
import { EngineError } from '../engine/engine-error.ts'
import { wordsPerPosition } from '../engine/evaluation.ts'
import type { EvaluationRequest } from '../engine/inference-engine.ts'

/*
 * A vectors file is the definition of a determinism domain for one model: exams with every bit of their answers.
 * Networks pin its SHA-256, so it has exactly one spelling: JSON without spaces, one exam a line, keys in this order.
 *
 * {"format":"poai/vectors/1","domain":"x64-avx2","model":"<SHA-256 of the
 * GGUF>","contextSize":255,"maxSequences":1,"exams":[
 * {"tokens":[1,38,...],"positions":[121,...],"probes":[7,...],"words":["40a0…", one string a position]}, ... ]}
 *
 * A string of `words` is a position of `Evaluation.words`, eight hexadecimal digits a word: answer, maximum, total
 * weight, arg max, then the probes.
 */

const FORMAT = 'poai/vectors/1'

/** Exams in one file: enough for rare differences, few enough to read whole. */
export const MAX_VECTORS = 4096

/** Fewer would miss differences that show in one exam of twenty. */
export const MIN_VECTORS = 64

/** One exam and the words of its evaluation. */
export interface ExamVector {
  readonly request: EvaluationRequest
  readonly words: Uint32Array
}

/** What one model computes in one domain. */
export interface DomainVectors {
  readonly domain: string
  /** SHA-256 of the model file, lower-case hexadecimal. */
  readonly modelSha256: string
  /** Fed tokens that the context was made for. */
  readonly contextSize: number
  /** Exams that may be decoded together in one context: above 1 only if recording showed the same bits. */
  readonly maxSequences: number
  readonly exams: readonly ExamVector[]
  /**
   * Exams in addition to those of the file, found by search because they reveal mistakes that hardly any exam shows.
   * They come with the program, in a file of their own: no network pins them, so that more may be added.
   */
  readonly chosen?: readonly ExamVector[]
}

/** The exams of the file and the chosen ones: what a machine must compute to be in the domain. */
export function allExams({ exams, chosen = [] }: Pick<DomainVectors, 'exams' | 'chosen'>): readonly ExamVector[] {
  return [...exams, ...chosen]
}

/** The one spelling of the file. */
export function formatVectors(vectors: DomainVectors): string {
  const { domain, modelSha256, contextSize, maxSequences } = vectors
  const head = JSON.stringify({ format: FORMAT, domain, model: modelSha256, contextSize, maxSequences })
  const exams = vectors.exams.map(({ request: { tokens, positions, probes }, words }) =>
    JSON.stringify({
      tokens: [...tokens],
      positions: [...positions],
      probes: [...probes],
      words: formatWords(words, wordsPerPosition(probes.length)),
    }),
  )
  return `${head.slice(0, -1)},"exams":[\n${exams.join(',\n')}\n]}\n`
}

/** SHA-256 of the file, as networks pin it: lower-case hexadecimal. */
export function hashVectors(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/**
 * Reads a vectors file. Throws `INFERENCE_VECTORS_INVALID` unless it is well-formed and spelled as {@link
 * formatVectors} would.
 */
export function parseVectors(text: string): DomainVectors {
  const vectors = toVectors(parseJson(text))
  if (vectors.exams.length < MIN_VECTORS || vectors.exams.length > MAX_VECTORS) {
    throw invalid(`${MIN_VECTORS} to ${MAX_VECTORS} exams`, `${vectors.exams.length}`)
  }
  if (formatVectors(vectors) !== text) throw invalid('the canonical spelling', 'another one')
  return vectors
}

function formatWords(words: Uint32Array, stride: number): string[] {
  const positions: string[] = []
  for (let at = 0; at < words.length; at += stride) {
    positions.push(Array.from(words.subarray(at, at + stride), (word) => word.toString(16).padStart(8, '0')).join(''))
  }
  return positions
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw noJson(cause)
  }
}

function noJson(cause: unknown): EngineError {
  return new EngineError('INFERENCE_VECTORS_INVALID', 'The vectors file is no JSON', { cause })
}

function toVectors(value: unknown): DomainVectors {
  const file = asRecord(value)
  if (file['format'] !== FORMAT) throw invalid(`format ${FORMAT}`, String(file['format']))
  return {
    domain: asText(file['domain'], /^[a-z0-9-]{1,64}$/),
    modelSha256: asText(file['model'], /^[0-9a-f]{64}$/),
    contextSize: asInteger(file['contextSize']),
    maxSequences: asInteger(file['maxSequences']),
    exams: asList(file['exams']).map(toExam),
  }
}

function toExam(value: unknown): ExamVector {
  const exam = asRecord(value)
  const request = {
    tokens: Uint32Array.from(asList(exam['tokens']), asInteger),
    positions: Uint32Array.from(asList(exam['positions']), asInteger),
    probes: Uint32Array.from(asList(exam['probes']), asInteger),
  }
  const digits = 8 * wordsPerPosition(request.probes.length)
  const lines = asList(exam['words']).map((line) => asText(line, /^[0-9a-f]+$/))
  if (lines.length !== request.positions.length || lines.some(({ length }) => length !== digits)) {
    throw invalid(`${request.positions.length} strings of ${digits} digits`, `${lines.length} strings`)
  }
  const words = lines.join('').match(/.{8}/g) ?? []
  return { request, words: Uint32Array.from(words, (word) => Number.parseInt(word, 16)) }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('an object', typeof value)
  return value as Readonly<Record<string, unknown>>
}

function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid('a list', typeof value)
  return value
}

function asText(value: unknown, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value))
    throw invalid(`text like ${pattern}`, String(value).slice(0, 80))
  return value
}

function asInteger(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw invalid('an unsigned 32-bit integer', String(value).slice(0, 80))
  }
  return value
}

function invalid(expected: string, actual: string): EngineError {
  return new EngineError('INFERENCE_VECTORS_INVALID', `The vectors file is damaged: ${actual}, not ${expected}`, {
    expected,
    actual,
    hint: 'Restore the file from the release.',
  })
}

import { EngineError } from './engine-error.ts'
import type { GenerationRequest, Sampling } from './inference-engine.ts'

/** The largest temperature, in thousandths: at it all tokens but the least likely are nearly equally likely. */
export const MAX_TEMPERATURE = 100_000

/** Stop tokens of one generation: each costs a comparison for every token. */
export const MAX_STOP_TOKENS = 16

const SEED_BYTES = 32

/** The limits of a model. */
export interface RequestLimits {
  readonly vocabularySize: number
  /** Longest sequence of fed tokens. */
  readonly contextSize: number
}

/**
 * Throws `INFERENCE_REQUEST_INVALID` unless the request is well-formed for the model: as with evaluations, nothing
 * native is expected to defend itself.
 */
export function validateGeneration(request: GenerationRequest, { vocabularySize, contextSize }: RequestLimits): void {
  const { prompt, maxTokens, sampling, stopTokens } = request
  if (!(prompt instanceof Uint32Array)) throw invalid('prompt', 'a Uint32Array', typeof prompt)
  if (prompt.length === 0 || prompt.length > contextSize) {
    throw invalid('prompt', `1 to ${contextSize} tokens`, `${prompt.length}`)
  }
  const room = contextSize + 1 - prompt.length
  if (!isWithin(maxTokens, 1, room)) throw invalid('maxTokens', `1 to ${room} after this prompt`, `${maxTokens}`)
  validateSampling(sampling, 'sampling')
  if (!Array.isArray(stopTokens)) throw invalid('stopTokens', 'a list', typeof stopTokens)
  if (stopTokens.length > MAX_STOP_TOKENS) {
    throw invalid('stopTokens', `at most ${MAX_STOP_TOKENS}`, `${stopTokens.length}`)
  }
  for (const [name, ids] of Object.entries({ prompt, stopTokens })) {
    ids.forEach((id: number, index: number) => {
      if (isWithin(id, 0, vocabularySize - 1)) return
      throw invalid(`${name}[${index}]`, `a token id below ${vocabularySize}`, `${id}`)
    })
  }
}

/** The same for how tokens are drawn. */
export function validateSampling({ temperature, seed }: Sampling, path: string): void {
  if (!isWithin(temperature, 0, MAX_TEMPERATURE)) {
    throw invalid(`${path}.temperature`, `an integer from 0 to ${MAX_TEMPERATURE}`, `${temperature}`)
  }
  if (!(seed instanceof Uint8Array)) throw invalid(`${path}.seed`, 'a Uint8Array', typeof seed)
  if (seed.length !== SEED_BYTES) throw invalid(`${path}.seed`, `${SEED_BYTES} bytes`, `${seed.length}`)
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

function invalid(path: string, expected: string, actual: string): EngineError {
  return new EngineError('INFERENCE_REQUEST_INVALID', `Bad request at ${path}: ${actual}, not ${expected}`, {
    expected,
    actual,
  })
}

import { EngineError } from './engine-error.ts'
import type { EvaluationRequest } from './inference-engine.ts'
import { type RequestLimits, validateSampling } from './validate-generation.ts'

/** Requests in one call: more than any block's exams, few enough that one call cannot fill the memory. */
export const MAX_REQUESTS_PER_CALL = 1024

/** Probes of one request: each costs one comparison a vocabulary entry and position in native code. */
export const MAX_PROBES = 64

/**
 * Throws `INFERENCE_REQUEST_INVALID` unless all `requests` are well-formed for the model. Native code is not expected
 * to defend itself: an unknown token id or an overlong sequence would end or wedge the worker process.
 */
export function validateRequests(requests: readonly EvaluationRequest[], limits: RequestLimits): void {
  if (requests.length > MAX_REQUESTS_PER_CALL) {
    throw invalid('requests', `at most ${MAX_REQUESTS_PER_CALL}`, `${requests.length}`)
  }
  requests.forEach((request, index) => {
    validateRequest(request, limits, `requests[${index}]`)
  })
}

function validateRequest(request: EvaluationRequest, limits: RequestLimits, path: string): void {
  const { tokens, positions, probes } = request
  for (const [name, list] of Object.entries({ tokens, positions, probes })) {
    if (!(list instanceof Uint32Array)) throw invalid(`${path}.${name}`, 'a Uint32Array', typeof list)
  }
  const longest = limits.contextSize + 1
  if (tokens.length < 2 || tokens.length > longest) {
    throw invalid(`${path}.tokens`, `2 to ${longest} tokens`, `${tokens.length}`)
  }
  validateTokenIds(tokens, limits, `${path}.tokens`)
  validatePositions(positions, tokens.length, `${path}.positions`)
  if (probes.length > MAX_PROBES) throw invalid(`${path}.probes`, `at most ${MAX_PROBES}`, `${probes.length}`)
  validateTokenIds(probes, limits, `${path}.probes`)
  if (request.sampling !== undefined) validateSampling(request.sampling, `${path}.sampling`)
}

function validateTokenIds(ids: Uint32Array, limits: RequestLimits, path: string): void {
  const bad = ids.findIndex((id) => id >= limits.vocabularySize)
  if (bad >= 0) throw invalid(`${path}[${bad}]`, `a token id below ${limits.vocabularySize}`, `${ids[bad]}`)
}

function validatePositions(positions: Uint32Array, tokenCount: number, path: string): void {
  if (positions.length === 0) throw invalid(path, 'at least one position', 'none')
  let last = 0
  positions.forEach((position, index) => {
    if (position <= last || position >= tokenCount) {
      throw invalid(`${path}[${index}]`, `ascending, ${last + 1} to ${tokenCount - 1}`, `${position}`)
    }
    last = position
  })
}

function invalid(path: string, expected: string, actual: string): EngineError {
  return new EngineError('INFERENCE_REQUEST_INVALID', `Bad evaluation request at ${path}: ${actual}, not ${expected}`, {
    expected,
    actual,
  })
}

import { AppError } from '@poai/core'

/**
 * What can go wrong around an engine. None of these says anything about the data that was to be judged.
 *
 * - `INFERENCE_NOT_RUNNING`: not started, stopped, or stopping.
 * - `INFERENCE_QUEUE_FULL`: the bounded queue of that priority has no room; try again later.
 * - `INFERENCE_REQUEST_INVALID`: the request was refused before anything native saw it: the caller's mistake.
 * - `INFERENCE_REQUEST_REFUSED`: this very request crashed several workers; it is not tried again.
 * - `INFERENCE_WORKER_CRASHED`: the worker died under the request, and so did the one it was given to next.
 * - `INFERENCE_WORKER_FAILED`: the worker lives and says that it cannot make the evaluation.
 * - `INFERENCE_TIMEOUT`: no answer within the watchdog's limit, twice.
 * - `INFERENCE_START_FAILED`: no worker could be brought up.
 * - `INFERENCE_PLATFORM_UNSUPPORTED`: no engine for this machine, or not the one the domain names.
 * - `INFERENCE_DOMAIN_MISMATCH`: this machine computes other bits than the network's recorded vectors.
 * - `INFERENCE_VECTORS_INVALID`: a vectors file is damaged or does not belong to the model or domain.
 * - `INFERENCE_BUILD_FAILED`: the native program or the portable library could not be compiled.
 */
export type EngineErrorCode =
  | 'INFERENCE_NOT_RUNNING'
  | 'INFERENCE_QUEUE_FULL'
  | 'INFERENCE_REQUEST_INVALID'
  | 'INFERENCE_REQUEST_REFUSED'
  | 'INFERENCE_WORKER_CRASHED'
  | 'INFERENCE_WORKER_FAILED'
  | 'INFERENCE_TIMEOUT'
  | 'INFERENCE_START_FAILED'
  | 'INFERENCE_PLATFORM_UNSUPPORTED'
  | 'INFERENCE_DOMAIN_MISMATCH'
  | 'INFERENCE_VECTORS_INVALID'
  | 'INFERENCE_BUILD_FAILED'

/** The engine or its surroundings failed: an abstention, never a verdict on a block. */
export class EngineError extends AppError<EngineErrorCode> {
  override readonly name: string = 'EngineError'
}

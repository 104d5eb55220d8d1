import type { Startable } from '@poai/core'
import type { SearchAttempts } from './attempt-search.ts'

/**
 * One teacher-forced pass of the model over a token sequence.
 *
 * The whole sequence is given, expected answers included; its last token is only predicted, never fed.
 */
export interface EvaluationRequest {
  readonly tokens: Uint32Array
  /** Strictly ascending indexes >= 1 into `tokens`: the logits after `tokens[p - 1]` predict `tokens[p]`. */
  readonly positions: Uint32Array
  /** Token ids whose logits are wanted at every position, in this order. */
  readonly probes: Uint32Array
}

/**
 * What the model said at one position: raw binary32 bits as unsigned integers. -0 is reported as +0 and every NaN as
 * `0x7fc00000`, so that equal values have equal bits.
 */
export interface PositionBits {
  /** Logit of the expected token. */
  readonly answer: number
  /** Largest logit of the whole vocabulary. */
  readonly maximum: number
  /** Sum of exp(logit - maximum) over the whole vocabulary, added in binary32 in ascending order of token id. */
  readonly totalWeight: number
  /** Token id of the largest logit, the smallest id where several are equal. Not bits. */
  readonly argMax: number
  /** Logits of the request's probes, in the request's order. */
  readonly probes: readonly number[]
}

/** The model's answer to one request, in the order of the request's positions. */
export interface Evaluation {
  readonly positions: readonly PositionBits[]
  /**
   * All positions as one run of integers, `[answer, maximum, totalWeight, argMax, ...probes]` each: what is compared
   * and sent.
   */
  readonly words: Uint32Array
  /**
   * False if any reported value is infinite or not a number. The rules call such an attempt invalid; it is not an error
   * of the engine.
   */
  readonly finite: boolean
}

/** Who waits for the answer: verifying a stranger's block goes before mining our own. */
export type EvaluationPriority = 'verify' | 'mine'

export interface EvaluateOptions {
  /** Rejects with the signal's reason at once; queued work vanishes, and the result of a batch in flight is dropped. */
  readonly signal?: AbortSignal
  /** Default `'verify'`. */
  readonly priority?: EvaluationPriority
  /**
   * Evaluations of this engine (the very objects) whose workers must not be used if another one serves. It is for
   * repeating a replay that failed before a peer is blamed, since the hardware may be at fault.
   */
  readonly apartFrom?: readonly Pick<Evaluation, 'words'>[]
}

/** The stage of an engine's life. `failed` means that no worker will ever serve. */
export type EngineState = 'new' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed'

/** What runs the model: the native program, the WebAssembly module, llama.cpp, or, in tests, nothing. */
export type EngineProgram = 'native' | 'wasm' | 'llama.cpp' | 'fake'

/** One worker, as seen from outside. */
export interface WorkerStatus {
  readonly pid: number | undefined
  readonly state: 'starting' | 'idle' | 'busy' | 'waiting' | 'retired'
  /** Starts after the first one. */
  readonly restarts: number
}

/** A snapshot for people and metrics. */
export interface EngineStatus {
  readonly state: EngineState
  readonly program: EngineProgram
  readonly workers: readonly WorkerStatus[]
  /** Requests that wait for a worker. */
  readonly queued: Readonly<Record<EvaluationPriority, number>>
  /** Requests answered since the start, without the attempts of searches. */
  readonly evaluations: number
  /** Workers that died without being asked to. */
  readonly crashes: number
  /** What the loaded model is, once a worker has loaded it. */
  readonly model: EngineModel | undefined
}

/** What a worker reports about the model and the native code that it loaded. */
export interface EngineModel {
  /** Token ids are below this. */
  readonly vocabularySize: number
  /** Longest sequence of fed tokens that fits. */
  readonly contextSize: number
  /** The program's own line on what it computes with, such as an instruction set. */
  readonly systemInfo: string
}

/**
 * Evaluates token sequences with bits that are the same on every machine of a determinism domain.
 *
 * Rejects with an `EngineError`, or with the reason of an aborted signal. `start` is called once; `stop` waits for
 * work in flight within a bound, rejects what is queued, and is safe to call twice.
 */
export interface InferenceEngine extends Startable {
  readonly status: EngineStatus
  /** Answers in the order of `requests`. */
  evaluate(requests: readonly EvaluationRequest[], options?: EvaluateOptions): Promise<readonly Evaluation[]>
  /**
   * Makes whole attempts at a block in one worker; undefined for programs that do not know how. Evaluations go first: a
   * worker that searches drops the attempt in hand for them and makes it again.
   */
  readonly search?: SearchAttempts | undefined
}

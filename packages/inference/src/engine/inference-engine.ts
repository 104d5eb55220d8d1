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
  /** Asks which token a generation would draw at every position. The first of `positions` is its output token 0. */
  readonly sampling?: Sampling | undefined
}

/** How a token is chosen by its logits: docs/PROTOCOL.md, "Sampling". */
export interface Sampling {
  /** In thousandths, an integer from 0 to 100,000. 0: the largest logit. */
  readonly temperature: number
  /** 32 bytes. Equal seeds draw equal tokens. */
  readonly seed: Uint8Array
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
  /** Token id that the request's sampling draws, if it has one. Not bits. */
  readonly drawn?: number
}

/** The model's answer to one request, in the order of the request's positions. */
export interface Evaluation {
  readonly positions: readonly PositionBits[]
  /**
   * All positions as one run of integers, `[answer, maximum, totalWeight, argMax, ...probes]` each, and `drawn` after
   * them if the request has a sampling: what is compared and sent.
   */
  readonly words: Uint32Array
  /**
   * False if any reported value is infinite or not a number. The rules call such an attempt invalid; it is not an error
   * of the engine.
   */
  readonly finite: boolean
}

/**
 * Tokens to be generated one after another. `prompt.length + maxTokens` is at most the context's size plus one, since
 * the last token is only drawn, never fed.
 */
export interface GenerationRequest {
  /** Begins with the token that begins every text of the model. */
  readonly prompt: Uint32Array
  /** 1 or more. */
  readonly maxTokens: number
  readonly sampling: Sampling
  /** Tokens that end the generation; the one that does is its last output token. */
  readonly stopTokens: readonly number[]
}

/** One output token, and what the model said where it was drawn: `answer` is its logit. */
export interface GeneratedToken extends Pick<PositionBits, 'answer' | 'maximum' | 'totalWeight' | 'argMax'> {
  /** Its place in the output, from 0. */
  readonly index: number
  readonly token: number
}

/** What was generated: the same as a teacher-forced pass over the prompt and the output says. */
export interface Generation {
  readonly tokens: Uint32Array
  /** `[answer, maximum, totalWeight, argMax]` for each token. */
  readonly words: Uint32Array
  /** False if it ended early, at a token whose numbers are infinite or none; that token is not in the output. */
  readonly finite: boolean
}

/**
 * Who waits for the answer, the most urgent first: a stranger's block that is verified, a block that is being built,
 * attempts at a block, and strangers' calls. Calls get a small share of the time even if attempts never end.
 */
export type EvaluationPriority = (typeof PRIORITIES)[number]

/** All priorities, the most urgent first. */
export const PRIORITIES = ['verify', 'build', 'mine', 'call'] as const

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

export interface GenerateOptions {
  /** Ends the generation within one token, and rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Default `'call'`. */
  readonly priority?: EvaluationPriority
  /** Called for each token, in order, and each once, before the promise settles. Must not throw. */
  readonly onToken?: (step: GeneratedToken) => void
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
   * Generates token by token. Whatever is more urgent interrupts it between two tokens; a worker that dies is replaced
   * by another, which goes on from the last token.
   */
  generate(request: GenerationRequest, options?: GenerateOptions): Promise<Generation>
  /**
   * Makes whole attempts at a block in one worker; undefined for programs that do not know how. Evaluations go first: a
   * worker that searches drops the attempt in hand for them and makes it again.
   */
  readonly search?: SearchAttempts | undefined
}

import { availableParallelism } from 'node:os'
import type { LlamaBuild } from './llama-build.ts'

/** How requests are spread over workers and how long anything may take. */
export interface PoolOptions {
  /** Worker processes. */
  readonly workers: number
  /** Requests in one message to a worker. A verification that arrives waits for at most one such batch of mining. */
  readonly batchRequests: number
  /** Tokens in one message to a worker. */
  readonly batchTokens: number
  /** How long a batch should take: a slow model gets fewer requests in one, as soon as its pace is known. */
  readonly batchTargetMs: number
  /** Requests that may wait, for each priority. */
  readonly queueLimit: number
  /** Longest that a worker may take to load the model and pass its admission's first batch. */
  readonly startTimeoutMs: number
  /**
   * Longest that a worker may take for one request before it is killed; a batch gets as much for each of its requests.
   */
  readonly requestTimeoutMs: number
  /** Longest that requests wait while no worker serves. */
  readonly outageTimeoutMs: number
  /** Longest that `stop` waits for batches in flight. */
  readonly stopTimeoutMs: number
}

/**
 * Defaults of the pool. Four exams of 160 tokens take a small model about 40 ms: long enough that messages cost
 * nothing, short enough that a verification hardly notices. The timeouts have room for a model of a billion
 * weights on a busy core; they exist so that nothing hangs forever, not to be reached.
 */
export const DEFAULT_POOL_OPTIONS: PoolOptions = {
  workers: Math.max(1, availableParallelism() - 1),
  batchRequests: 4,
  batchTokens: 1024,
  batchTargetMs: 250,
  queueLimit: 4096,
  startTimeoutMs: 120_000,
  requestTimeoutMs: 120_000,
  outageTimeoutMs: 60_000,
  stopTimeoutMs: 2_000,
}

/** What an engine runs. */
export interface LlamaEngineOptions extends Partial<PoolOptions> {
  readonly build: LlamaBuild
  readonly modelPath: string
  /** Writable by this user only; the pinned CPU module is copied to it and executed from it. */
  readonly cacheDirectory: string
  /** Fed tokens that fit into one sequence. Default {@link DEFAULT_CONTEXT_SIZE}. */
  readonly contextSize?: number
  /** Exams decoded together in one context; above 1 only where the model's vectors allow it. Default 1. */
  readonly maxSequences?: number
  /**
   * Priority of the worker processes, from 0 (this process's) to 19, the lowest. Use more than 0 if workers fill all
   * cores, so that the process that feeds them has its turn first. (Measured: four workers on two cores and a parent
   * that is busy for 10 ms of every 50; 99th percentile of the parent's event-loop delay 20 ms at 0, 16 ms at 5, 11 ms
   * at 10.) Default 0.
   */
  readonly niceness?: number
}

/** One cell less than llama.cpp's unit of 256, since the binding keeps one free. */
export const DEFAULT_CONTEXT_SIZE = 255

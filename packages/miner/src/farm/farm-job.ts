import type { Address, Hash32, Seal, SealedHeader } from '@poai/core'
import type { NonceRange } from '../nonce-ranges.ts'

/** Which network a job is for. */
export interface FarmNetwork {
  /** For people. */
  readonly name: string
  /** Identity: it commits to the model, the domain, the shape of exams and all other rules. */
  readonly genesisHash: Hash32
}

/** A worker of a farm asks for a job. */
export interface FarmRequest {
  /** What the worker calls itself. Names are no secret; they tell rates apart. */
  readonly worker: string
  /** Who is paid for blocks. Default: whoever the node says. */
  readonly beneficiary?: Address | undefined
  /** The job that the worker has. The answer waits until there is a better one. */
  readonly after?: Hash32 | undefined
}

/** All that a worker needs to build exams: nobody else tries these nonces. */
export interface FarmJob {
  readonly jobId: Hash32
  readonly header: SealedHeader
  /** The key under which exams are drawn. */
  readonly epochKey: Hash32
  readonly range: NonceRange
  /** After this long the desk has forgotten the job. */
  readonly expiresInMs: number
  readonly network: FarmNetwork
  /**
   * The encoded body, unless it is large. With it a worker can bring its block to a node that has been restarted in the
   * meantime.
   */
  readonly body: Uint8Array | undefined
}

/** What a worker found. */
export interface FarmSolution {
  readonly worker: string
  readonly jobId: Hash32
  readonly seal: Seal
  /** The encoded block, for a desk that does not know the job. */
  readonly block?: Uint8Array | undefined
}

/**
 * What became of a solution.
 *
 * - `accepted`: its block is the head. `side`: stored beside a chain that is as heavy.
 * - `stale`: the head had moved, or the job had expired. `duplicate`: it was here before.
 * - `unknown-job`: nothing is known of the job, and the block did not come with it.
 * - `wrong-range`: the nonce is another worker's. `above-target`: its claim is no block.
 * - `invalid`: the model, replayed here, does not say what was claimed; or the block breaks another rule.
 * - `refused`: this worker, or its address, has sent too much that was invalid. `busy`: it is not its turn; it may be
 *   sent again.
 * - `undecided`: this node could not judge it; it may be sent again.
 */
export const FARM_VERDICTS = [
  'accepted',
  'side',
  'stale',
  'duplicate',
  'unknown-job',
  'wrong-range',
  'above-target',
  'invalid',
  'refused',
  'busy',
  'undecided',
] as const

export type FarmVerdict = (typeof FARM_VERDICTS)[number]

/** A desk's answer to a solution. */
export interface FarmAnswer {
  readonly verdict: FarmVerdict
  /** Of the block that the solution makes, where there is one. */
  readonly blockHash?: Hash32 | undefined
  /** The rule that was broken. */
  readonly rule?: string | undefined
}

/** What a worker says about its pace. It is believed, since only people read it. */
export interface RateReport {
  readonly worker: string
  readonly attemptsPerSecond: number
  readonly tokensPerSecond: number
  /** How many processes compute. */
  readonly workers: number
}

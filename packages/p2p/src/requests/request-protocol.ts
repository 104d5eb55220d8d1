import type { Codec } from '@poai/core'
import type { Allowance } from '../budget/token-bucket.ts'

/** A question that peers may ask, and its bounds. Both sides keep to the same ones. */
export interface ProtocolSpec<Query, Reply> {
  /** On the wire, `/poai/NAME/VERSION`. */
  readonly name: string
  readonly query: Codec<Query>
  readonly reply: Codec<Reply>
  /** From the question to the last byte of its answer. */
  readonly timeoutMs: number
  /** What answering costs, in units of the allowance. */
  costOf(query: Query): number
  /** What one peer may ask for. */
  readonly allowance: Allowance
}

/** Streams of one protocol and peer: some that answer, some that wait. */
export const MAX_STREAMS_PER_PROTOCOL = 8
/** A question of a kilobyte or two is there at once, or somebody is playing. */
export const QUERY_TIMEOUT_MS = 5000
/**
 * The side that answers allows this much more than the side that asks takes: what was sent over two seconds may come in
 * one.
 */
export const SERVER_SLACK = 2
/**
 * Bytes of answers that one peer is asked for, over all protocols; a question's own cost is beside it. From eight peers
 * that is 16 MiB a second: eight times what a chain of full blocks, one a second, has.
 */
export const ANSWERED_BYTES: Allowance = { capacity: 16 * 1024 * 1024, perSecond: 2 * 1024 * 1024 }

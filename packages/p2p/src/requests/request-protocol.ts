import { type Codec, RuleError } from '@poai/core'
import type { Allowance } from '../budget/token-bucket.ts'
import type { Remote } from '../host/stream-host.ts'

/** A question that peers may ask, and its bounds, which both sides keep to. Any package can declare one. */
export interface RequestProtocol<Query, Reply> {
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
  /** Throws a `RuleError` if the answer cannot belong to the question. It is held against whoever sent it. */
  check?(query: Query, reply: Reply): void
}

/** Makes the answer to a peer's question. What it throws is a refusal. */
export type Serve<Query, Reply> = (query: Query, remote: Remote, signal: AbortSignal) => Promise<Reply>

/** A protocol that this node answers. */
export interface ServedProtocol<Query, Reply> {
  readonly protocol: RequestProtocol<Query, Reply>
  // A method, so that protocols of any types fit into one list.
  serve(...question: Parameters<Serve<Query, Reply>>): Promise<Reply>
}

/**
 * Asks a peer. Rejects with a `RuleError` if the answer is malformed or does not belong to the question, with a
 * `NetworkError` if none comes; what the peer deserves for it is reported already. Waits while the peer's allowance is
 * used up.
 */
export type Ask<Query, Reply> = (peerId: string, query: Query, signal: AbortSignal) => Promise<Reply>

/** Streams of one protocol and peer: some that answer, some that wait. */
export const MAX_STREAMS_PER_PROTOCOL = 8
/** A question of a kilobyte or two arrives at once, unless somebody stalls on purpose. */
export const QUERY_TIMEOUT_MS = 5000
/**
 * The answering side allows this much more than the asking side takes: what was sent over two seconds may arrive in
 * one.
 */
export const SERVER_SLACK = 2
/**
 * Bytes of answers that one peer is asked for, over all protocols, beside the cost of each question. From eight peers
 * that is 16 MiB a second: eight times what a chain of one full block a second has.
 */
export const ANSWERED_BYTES: Allowance = { capacity: 16 * 1024 * 1024, perSecond: 2 * 1024 * 1024 }

/** Throws a `RuleError` if there is more of something than was asked for. */
export function checkCount(what: string, asked: number, actual: number): void {
  if (actual <= asked) return
  throw new RuleError('FIELD_COUNT', `more ${what} than were asked for`, { expected: `at most ${asked}`, actual })
}

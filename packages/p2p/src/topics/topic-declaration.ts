import { type Codec, type RuleError, verdictOf } from '@poai/core'
import type { CostLimits } from '../budget/cost-allowance.ts'
import type { FairQueueOptions } from '../budget/fair-queue.ts'
import type { Allowance } from '../budget/token-bucket.ts'
import type { Offence } from '../peers/offences.ts'
import type { Peer } from '../peers/peer.ts'

/**
 * What a topic's rules say about a message. `accept`: it is passed on. `ignore`: it is dropped, and its sender is
 * blamed only for sending many of the kind. `reject`: it is dropped and costs its sender the points of the offence.
 * Reasons are counted, so they must be constants: one for each kind of fault.
 */
export type TopicVerdict = (
  | { readonly verdict: 'accept' }
  | { readonly verdict: 'ignore'; readonly reason: string }
  | { readonly verdict: 'reject'; readonly reason: string; readonly offence: Offence }
) & {
  /**
   * Milliseconds of this machine that went into something useless. Default: the time that judging took, unless the
   * message is accepted. Rules that wait for something else must say what they cost by themselves.
   */
  readonly vainMs?: number
}

/** What one peer may send, and how many messages are judged at one time. */
export interface TopicBudget extends CostLimits {
  /** Ignored messages of one peer; each one above this costs points. */
  readonly useless: Allowance
  readonly judging: FairQueueOptions
}

/**
 * For topics with small messages that come now and then: a megabyte at once and a megabyte a minute from one peer, and
 * one percent of a core in the long run.
 */
export const TOPIC_DEFAULTS: TopicBudget = {
  bytes: { capacity: 1024 * 1024, perSecond: 16 * 1024 },
  messages: { capacity: 256, perSecond: 8 },
  vainMs: { capacity: 250, perSecond: 10 },
  useless: { capacity: 256, perSecond: 2 },
  judging: { atOnce: 2, maxWaiting: 128, maxWaitingEach: 32 },
}

/** The neighbour that brought a message. It need not be its maker. */
export interface MessageOrigin {
  readonly peer: Peer
  /** Aborted when the network stops. */
  readonly signal: AbortSignal
}

/** One kind of message that goes round the whole network, and its rules. Any package can declare one. */
export interface TopicDeclaration<Message> {
  /** On the wire, `/poai/GENESIS/NAME`: letters, digits and `-`. */
  readonly name: string
  /** For messages. Those that are longer than its `maxBytes`, or that it cannot decode, cost points. */
  readonly codec: Codec<Message>
  /** Default: {@link TOPIC_DEFAULTS}, for each member that is left out. */
  readonly budget?: Partial<TopicBudget>
  /** False if nothing from this peer is worth decoding just now. Default: always true. */
  isOpenTo?(peer: Peer): boolean
  /**
   * Judges a message before it is passed on. A `RuleError` that it throws is judged by `offenceOf`; anything else means
   * that the message could not be judged, and is ignored.
   */
  validate(message: Message, origin: MessageOrigin): Promise<TopicVerdict>
  /**
   * What a broken rule says about whoever brought the message; undefined if nobody is to blame. Default:
   * {@link messageOffence}.
   */
  offenceOf?(error: RuleError): Offence | undefined
}

/** The verdict on a message that breaks a rule. */
export function verdictOfBroken(
  error: RuleError,
  offenceOf: (error: RuleError) => Offence | undefined = messageOffence,
): TopicVerdict {
  const offence = offenceOf(error)
  return offence === undefined ? ignored(error.code) : rejected(error.code, offence)
}

export const ACCEPTED: TopicVerdict = { verdict: 'accept' }

export function ignored(reason: string): TopicVerdict {
  return { verdict: 'ignore', reason }
}

export function rejected(reason: string, offence: Offence): TopicVerdict {
  return { verdict: 'reject', reason, offence }
}

/** What a broken rule says about whoever brought a message. */
export function messageOffence(error: RuleError): Offence | undefined {
  if (error.code === 'OVERSIZE') return 'oversized-message'
  const verdict = verdictOf(error)
  if (verdict === 'transient') return undefined
  return verdict === 'malicious' ? 'malformed-message' : 'invalid-message'
}

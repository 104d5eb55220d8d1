/** Something that a peer did wrong. {@link OFFENCES} says what each means and costs. */
export type Offence =
  | 'malformed-message'
  | 'oversized-message'
  | 'malicious-block'
  | 'invalid-block'
  | 'failed-replay'
  | 'invalid-header'
  | 'invalid-transaction'
  | 'invalid-message'
  | 'other-chain'
  | 'false-claim'
  | 'wrong-answer'
  | 'announced-without-serving'
  | 'request-timeout'
  | 'too-slow'
  | 'rate-limit'
  | 'stalled-stream'
  | 'protocol-violation'
  | 'gossip-misbehaviour'

/**
 * What a peer can do wrong, and how many points each instance costs. A score starts at 0, sinks with each offence, and
 * recovers half of what is missing every {@link SCORE_HALF_LIFE_MS}. At {@link DISCONNECT_SCORE} the connection is
 * closed, at {@link BAN_SCORE} the peer is banned for a while. So a number says how often a thing may happen: −100
 * once, −50 twice in a short time, −5 by mistake now and then.
 */
export const OFFENCES: Readonly<Record<Offence, number>> = {
  /** Bytes that no honest program of any version sends: a frame that no codec reads, a range that wraps. */
  'malformed-message': -50,
  /** A message, a frame or an answer above its bound. */
  'oversized-message': -50,
  /** A block that no honest program makes, by its rule's verdict. */
  'malicious-block': -100,
  /** A block that breaks a rule for good: anyone who validates does not pass it on. */
  'invalid-block': -50,
  /** A block whose replay failed twice: it cost us two inferences. */
  'failed-replay': -50,
  /** A header that no honest program makes or passes on. */
  'invalid-header': -50,
  /** A transaction that nobody can have signed. */
  'invalid-transaction': -20,
  /** A message that breaks its topic's rules, though an honest program may have made it. */
  'invalid-message': -20,
  /** Headers or a genesis block of another network, after a handshake that named ours. */
  'other-chain': -100,
  /** Claimed a head or total work that it could not show. */
  'false-claim': -50,
  /** An answer that does not belong to the question. */
  'wrong-answer': -25,
  /** Announced something and does not serve it. */
  'announced-without-serving': -10,
  /** No answer in time. Overload is not malice: it takes many. */
  'request-timeout': -5,
  /** An answer that came, but too slowly to be of use. */
  'too-slow': -3,
  /** Asked more often or for more than the limits say. */
  'rate-limit': -5,
  /** Opened streams and let them hang. */
  'stalled-stream': -5,
  /** Broke the order of a protocol, for example by gossip before the handshake. */
  'protocol-violation': -25,
  /** The gossip router's own score of the peer fell under its floor. */
  'gossip-misbehaviour': -25,
}

/** Ten minutes, as Lodestar's: an hour later nearly nothing is left of anything. */
export const SCORE_HALF_LIFE_MS = 600_000
/** At or below it the connection is closed. */
export const DISCONNECT_SCORE = -60
/** At or below it the peer is banned. */
export const BAN_SCORE = -100

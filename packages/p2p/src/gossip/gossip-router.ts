/** What becomes of a message: passed on; dropped without blame; dropped, and whoever sent it loses score. */
export type GossipVerdict = 'accept' | 'ignore' | 'reject'

/** A message as a neighbour brought it. It need not be its maker. */
export interface GossipMessage {
  readonly data: Uint8Array
  /** The neighbour's peer id. */
  readonly from: string
}

/** A message of which nothing but this is known: it has not been hashed, let alone decoded. */
export interface UnreadMessage {
  readonly topic: string
  /** The neighbour's peer id. */
  readonly from: string
  readonly sizeBytes: number
}

/** Judges a message before it is passed on. What it throws counts as `ignore`. */
export type GossipValidator = (message: GossipMessage) => Promise<GossipVerdict>

/** How a node takes part in a topic. */
export interface Subscription {
  /** Of one message, as data: honest nodes send no larger ones. */
  readonly maxBytes: number
  readonly validate: GossipValidator
}

/** Broadcast by topics: what the network needs of a gossip library, and nothing more. */
export interface GossipRouter {
  /** Takes part in a topic; from `start` on. */
  subscribe(topic: string, subscription: Subscription): void
  /** Sends to neighbours; resolves with how many. A message that went round before goes to nobody. */
  publish(topic: string, data: Uint8Array): Promise<number>
  /** Neighbours that get every message at once. */
  meshPeers(topic: string): readonly string[]
  /** The library's own opinion of a peer: 0 for a stranger, negative for one that misbehaves. */
  score(peerId: string): number
}

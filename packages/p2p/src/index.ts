/**
 * The node among others: who it is connected to, what it tells them and believes of them, and how it catches up.
 *
 * @example
 * import { createNetwork, createStoredPeerNotes, loadIdentity } from '@poai/p2p'
 * const identity = await loadIdentity('./data/node.key')
 * const notes = createStoredPeerNotes(database.store, database.committer)
 * const network = createNetwork({ params, identity, bootnodes }, { chain, codecs, notes, clock, logger })
 * await network.start()
 * network.peers.add('/ip4/192.0.2.1/tcp/30404/p2p/12D3KooW…')
 *
 * @example
 * // A topic of another package: what goes round, what one peer may send, and what is wrong with a message.
 * const offers: TopicDeclaration<Offer> = { name: 'offers', codec: offerCodec, validate: judgeOffer }
 * const network = createNetwork(options, { ...dependencies, topics: [offers] })
 * await network.topic(offers).publish(offer)
 */

export type { BlockGossipCounts } from './blocks/block-gossip.ts'
export { MAX_WHOLE_BLOCK_BYTES } from './blocks/block-message.ts'
export type { CostLimits } from './budget/cost-allowance.ts'
export type { FairQueueOptions } from './budget/fair-queue.ts'
export { BUDGET_DEFAULTS, type BudgetLimits } from './budget/inference-budget.ts'
export { type Allowance, UNBOUNDED } from './budget/token-bucket.ts'
export { createNetwork } from './create-network.ts'
export { HANDSHAKE_TIMEOUT_MS, STATUS_PROTOCOL } from './handshake/handshake.ts'
export { GOODBYE_REASONS, type GoodbyeReason } from './handshake/status-message.ts'
export type { OwnAddress } from './host/host.ts'
export { networkGroup, parseDialAddress } from './host/multiaddresses.ts'
export type { Remote } from './host/stream-host.ts'
export { createIdentity, loadIdentity, type NodeIdentity } from './identity/node-identity.ts'
export { createPreSharedKey, parsePreSharedKey } from './identity/pre-shared-key.ts'
export { networkMethods } from './methods/network-methods.ts'
export type { ShownNetwork } from './methods/shown-network.ts'
export type { Network, NetworkDependencies, NetworkFigures } from './network.ts'
export { NetworkError, type NetworkErrorCode } from './network-error.ts'
export { DEFAULT_P2P_PORT, NETWORK_DEFAULTS, type NetworkOptions } from './network-options.ts'
export { BAN_MS, type Ban } from './peers/ban-list.ts'
export type { PeerChange, PeerCounts } from './peers/connected-peers.ts'
export type { DialCounts } from './peers/dialer.ts'
export { BAN_SCORE, DISCONNECT_SCORE, OFFENCES, type Offence, SCORE_HALF_LIFE_MS } from './peers/offences.ts'
export type { Peer, PeerServices, PeerSet, PeerStatus } from './peers/peer.ts'
export type { PeerBook, PeerEntry } from './peers/peer-book.ts'
export { PEER_DEFAULTS, type PeerLimits } from './peers/peer-limits.ts'
export { createMemoryPeerNotes, createStoredPeerNotes, type PeerNotes } from './peers/peer-notes.ts'
export type { Reachability } from './peers/reachability.ts'
export type { Ask, RequestProtocol, Serve, ServedProtocol } from './requests/request-protocol.ts'
export { isBehind } from './sync/is-behind.ts'
export type { SyncStatus } from './sync/network-sync.ts'
export {
  createReplayPolicy,
  DEFAULT_RECENT_BLOCKS,
  DEFAULT_SAMPLE_SHARE,
  excusingVerifier,
  type ReplayMode,
  type ReplayPolicy,
} from './sync/replay-policy.ts'
export {
  ACCEPTED,
  ignored,
  type MessageOrigin,
  messageOffence,
  rejected,
  TOPIC_DEFAULTS,
  type TopicBudget,
  type TopicDeclaration,
  type TopicVerdict,
} from './topics/topic-declaration.ts'
export type { Topic, TopicCounts } from './topics/validated-topic.ts'
export type { TransactionGossipCounts } from './transactions/transaction-gossip.ts'

import { createHash } from 'node:crypto'
import {
  type GossipSub,
  type GossipSubComponents,
  type GossipsubOpts,
  gossipsub,
  StrictNoSign,
  type TopicValidatorFn,
  TopicValidatorResult,
} from '@libp2p/gossipsub'
import { createTopicScoreParams } from '@libp2p/gossipsub/score'
import type { PeerId } from '@libp2p/interface'
import type { Logger } from '@poai/core'
import { ownBytes } from '../host/stream-host.ts'
import { NetworkError } from '../network-error.ts'
import type { GossipRouter, GossipValidator, GossipVerdict, Subscription, UnreadMessage } from './gossip-router.ts'

/** What the router asks of others. */
export interface GossipsubOptions {
  /** Asked before a message is hashed. If false, no trace of the message is kept. */
  admits(message: UnreadMessage): boolean
}

/** The router and the libp2p service behind it. */
export interface Gossipsub {
  readonly router: GossipRouter
  /** Subscribes; libp2p must have started. */
  join(): void
  readonly service: (components: GossipSubComponents) => GossipSub
}

/**
 * As Lodestar's: long enough for a message to go round while an event loop is busy, short enough that a lost neighbour
 * is missed soon.
 */
const HEARTBEAT_MS = 700
/** Of SHA-256: long enough that nobody finds two messages with the same id. */
const MESSAGE_ID_BYTES = 20
/**
 * From this size on it is worth telling neighbours "don't send it to me too" (measured: 42 % less CPU over five nodes
 * at 16 kB).
 */
const IDONTWANT_BYTES = 16_384
/** A replay may take seconds on a loaded machine, and only then does a message count as delivered. */
const IWANT_FOLLOW_UP_MS = 12_000
/** An answer to IWANT holds several messages of the largest size. */
const MESSAGES_PER_FRAME = 8
/** Where messages are small: the ids of {@link FRAME_LIMITS} twice, at 22 bytes each. */
const MIN_FRAME_BYTES = 256 * 1024
/** Bytes that wait for one slow neighbour before nothing more is queued for it. */
const MAX_OUTBOUND_BUFFER_BYTES = 16 * 1024 * 1024
/** The names of our topics; what else others subscribe to is not kept. */
const MAX_TOPIC_BYTES_PER_PEER = 16 * 1024
/** A frame holds a few messages and the names of some hundreds. */
const FRAME_LIMITS = {
  maxSubscriptions: 32,
  maxMessages: 512,
  maxIhaveMessageIDs: 5000,
  maxIwantMessageIDs: 5000,
  maxIdontwantMessageIDs: 512,
  maxControlMessages: 512,
  maxPeerInfos: 16,
}
/**
 * A rejected message weighs the square of how many there were: three in a short while, and gossip from that peer is not
 * read any more. The node's own score of the peer works beside it and ends in a ban.
 */
const TOPIC_SCORE = {
  topicWeight: 1,
  timeInMeshWeight: 0.03,
  timeInMeshQuantum: 1000,
  timeInMeshCap: 300,
  firstMessageDeliveriesWeight: 0.5,
  firstMessageDeliveriesDecay: 0.95,
  firstMessageDeliveriesCap: 20,
  // Blocks and transactions come at no steady rate: silence is no fault.
  meshMessageDeliveriesWeight: 0,
  meshFailurePenaltyWeight: 0,
  invalidMessageDeliveriesWeight: -100,
  invalidMessageDeliveriesDecay: 0.99,
}
/** At or below this score nothing is sent to a peer any more, and the node's own score of it sinks too. */
export const GOSSIP_FLOOR = -400
const THRESHOLDS = {
  gossipThreshold: -200,
  publishThreshold: GOSSIP_FLOOR,
  graylistThreshold: -800,
  acceptPXThreshold: 10,
  opportunisticGraftThreshold: 1,
} as const

const RESULTS: Readonly<Record<GossipVerdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}

/**
 * Gossipsub 1.2 behind our own interface: the one file that names the library (ADR 5). Messages are unsigned, since
 * blocks and transactions carry their own proof, and named by their content.
 */
export function createGossipsub(options: GossipsubOptions, logger: Pick<Logger, 'debug'>): Gossipsub {
  const subscriptions = new Map<string, Subscription>()
  let current: GossipSub | undefined
  return {
    service: (components) => {
      current = gossipsub(gossipsubInit(subscriptions))(components)
      screen(current, options)
      return current
    },
    join: () => {
      for (const [topic, { validate }] of subscriptions) {
        current?.topicValidators.set(topic, judgeWith(validate, logger))
        current?.subscribe(topic)
      }
    },
    router: {
      subscribe: (topic, subscription) => {
        subscriptions.set(topic, subscription)
      },
      publish: async (topic, data) => {
        if (current === undefined) throw new NetworkError('P2P_NOT_RUNNING', 'the network is not running')
        const { recipients } = await current.publish(topic, data)
        return recipients.length
      },
      meshPeers: (topic) => (hasInsides(current) ? current.getMeshPeers(topic) : []),
      score: (peerId) => (hasInsides(current) ? current.getScore(peerId) : 0),
    },
  }
}

function gossipsubInit(subscriptions: ReadonlyMap<string, Subscription>): Partial<GossipsubOpts> {
  const topics = [...subscriptions.keys()]
  const maxMessageBytes = Math.max(0, ...subscriptions.values().map(({ maxBytes }) => maxBytes))
  return {
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: ({ data }) => createHash('sha256').update(data).digest().subarray(0, MESSAGE_ID_BYTES),
    fallbackToFloodsub: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    batchPublish: true,
    doPX: false,
    // Our own messages go to all neighbours, not only to those of the mesh: they are few and urgent.
    floodPublish: true,
    // A validator waits for a replay: meanwhile the neighbour's other messages must come through.
    awaitRpcHandler: false,
    awaitRpcMessageHandler: false,
    allowedTopics: topics,
    heartbeatInterval: HEARTBEAT_MS,
    gossipsubIWantFollowupMs: IWANT_FOLLOW_UP_MS,
    idontwantMinDataSize: IDONTWANT_BYTES,
    maxInboundDataLength: Math.max(MIN_FRAME_BYTES, maxMessageBytes * MESSAGES_PER_FRAME),
    maxOutboundBufferSize: MAX_OUTBOUND_BUFFER_BYTES,
    maxTopicBytesPerPeer: MAX_TOPIC_BYTES_PER_PEER,
    decodeRpcLimits: FRAME_LIMITS,
    scoreParams: {
      topics: Object.fromEntries(topics.map((topic) => [topic, createTopicScoreParams(TOPIC_SCORE)])),
      // Nodes that share an address are counted by the connection gate, which knows who is allowed to.
      IPColocationFactorWeight: 0,
      appSpecificWeight: 0,
      behaviourPenaltyWeight: -10,
      behaviourPenaltyThreshold: 6,
      behaviourPenaltyDecay: 0.9,
    },
    scoreThresholds: THRESHOLDS,
  }
}

function judgeWith(validate: GossipValidator, logger: Pick<Logger, 'debug'>): TopicValidatorFn {
  return async (peer, { data }) => {
    try {
      return RESULTS[await validate({ data: ownBytes(data), from: peer.toString() })]
    } catch (error) {
      logger.debug('A gossip message could not be judged', { error })
      return TopicValidatorResult.Ignore
    }
  }
}

/**
 * Puts the gate before the library's first look at a message: its own order is to hash and remember first, and to ask
 * then.
 */
function screen(router: GossipSub, { admits }: Pick<GossipsubOptions, 'admits'>): void {
  if (!hasInsides(router)) throw new TypeError('the gossip library has changed: messages cannot be screened')
  const handle = router.handleReceivedMessage.bind(router)
  router.handleReceivedMessage = async (from, message) => {
    const sizeBytes = message.data?.length ?? 0
    if (admits({ topic: message.topic ?? '', from: from.toString(), sizeBytes })) await handle(from, message)
  }
}

/** What the library's object has beyond the interface that it is declared with. */
interface Insides {
  getMeshPeers(topic: string): string[]
  getScore(peerId: string): number
  handleReceivedMessage(from: PeerId, message: { readonly topic?: string; readonly data?: Uint8Array }): Promise<void>
}

function hasInsides(router: GossipSub | undefined): router is GossipSub & Insides {
  return router !== undefined && 'getMeshPeers' in router && 'getScore' in router && 'handleReceivedMessage' in router
}

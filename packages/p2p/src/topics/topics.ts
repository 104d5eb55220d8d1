import type { Clock, Hash32, Logger } from '@poai/core'
import type { GossipRouter, UnreadMessage } from '../gossip/gossip-router.ts'
import { NetworkError } from '../network-error.ts'
import type { PeerSet } from '../peers/peer.ts'
import type { TopicDeclaration } from './topic-declaration.ts'
import { TopicGate } from './topic-gate.ts'
import { topicName } from './topic-name.ts'
import { type Topic, ValidatedTopic } from './validated-topic.ts'

export interface TopicsOptions {
  readonly genesisHash: Hash32
  /** Honest peers share addresses: costs are counted by peer alone. */
  readonly sharedAddresses: boolean
}

/** What the topics need, and nothing more. */
export interface TopicsDependencies {
  readonly router: Pick<GossipRouter, 'subscribe' | 'publish'>
  readonly peers: Pick<PeerSet, 'get' | 'report'>
  /** False while this node catches up: then nobody is blamed for exceeding a budget. */
  isCurrent(): boolean
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Logger
}

/** All topics that this node takes part in. */
export class Topics {
  readonly #options: TopicsOptions
  readonly #dependencies: TopicsDependencies
  readonly #stopping = new AbortController()
  /** By name on the wire. */
  readonly #topics = new Map<string, Pick<ValidatedTopic<unknown>, 'admits'>>()
  readonly #gate: TopicGate

  constructor(options: TopicsOptions, dependencies: TopicsDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#gate = new TopicGate({
      ...dependencies,
      // Other topics are for the router to drop.
      charge: (topic, peer, sizeBytes) => this.#topics.get(topic)?.admits(peer, sizeBytes) ?? true,
    })
  }

  /** Takes part in a topic once the host has started. Throws a `RangeError` if its name is taken. */
  open<Message>(declaration: TopicDeclaration<Message>): Topic<Message> {
    const { genesisHash, sharedAddresses } = this.#options
    const name = topicName(genesisHash, declaration.name)
    if (this.#topics.has(name)) throw new RangeError(`two topics are called ${declaration.name}`)
    const topic = new ValidatedTopic(
      { name, declaration, sharedAddresses },
      { ...this.#dependencies, signal: this.#stopping.signal },
    )
    this.#topics.set(name, topic)
    return topic
  }

  /** False if a message must not even be read. */
  admits(message: UnreadMessage): boolean {
    return this.#gate.admits(message)
  }

  /** Gives up what is being judged. */
  stop(): void {
    this.#stopping.abort(new NetworkError('P2P_NOT_RUNNING', 'the network is being stopped'))
  }
}

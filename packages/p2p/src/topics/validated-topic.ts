import { type Clock, type Logger, RuleError } from '@poai/core'
import { CostAllowance } from '../budget/cost-allowance.ts'
import { FairQueue } from '../budget/fair-queue.ts'
import type { GossipMessage, GossipRouter, GossipVerdict } from '../gossip/gossip-router.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'
import {
  ignored,
  TOPIC_DEFAULTS,
  type TopicBudget,
  type TopicDeclaration,
  type TopicVerdict,
  verdictOfBroken,
} from './topic-declaration.ts'
import { UselessLedger } from './useless-ledger.ts'

/** A topic that this node takes part in. */
export interface Topic<Message> {
  /**
   * Tells neighbours. False if the network is not running; the reason is logged. Messages that went round before go to
   * nobody.
   */
  publish(message: Message): Promise<boolean>
  readonly counts: TopicCounts
}

/** What became of messages since the start. */
export interface TopicCounts {
  readonly published: number
  readonly accepted: number
  readonly ignored: number
  readonly rejected: number
  /** Of those that were not accepted, by reason. */
  readonly reasons: Readonly<Record<string, number>>
}

export interface ValidatedTopicOptions<Message> {
  /** On the wire. */
  readonly name: string
  readonly declaration: TopicDeclaration<Message>
  /** Honest peers share addresses: costs are counted by peer alone. */
  readonly sharedAddresses: boolean
}

/** What a topic needs, and nothing more. */
export interface ValidatedTopicDependencies {
  readonly router: Pick<GossipRouter, 'subscribe' | 'publish'>
  readonly peers: Pick<PeerSet, 'get' | 'report'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Logger
  /** Aborted when the network stops. */
  readonly signal: AbortSignal
}

/**
 * Takes part in a topic by the rules of its declaration: only peers are heard, within their budgets; what does not
 * decode or breaks a rule costs points; what is accepted is passed on.
 */
export class ValidatedTopic<Message> implements Topic<Message> {
  readonly #name: string
  readonly #declaration: TopicDeclaration<Message>
  readonly #dependencies: ValidatedTopicDependencies
  readonly #allowance: CostAllowance
  readonly #queue: FairQueue
  readonly #useless: UselessLedger
  readonly #counts = { published: 0, accept: 0, ignore: 0, reject: 0 }
  readonly #reasons = new Map<string, number>()

  constructor(
    { name, declaration, sharedAddresses }: ValidatedTopicOptions<Message>,
    dependencies: ValidatedTopicDependencies,
  ) {
    const limits: TopicBudget = { ...TOPIC_DEFAULTS, ...declaration.budget }
    this.#name = name
    this.#declaration = declaration
    this.#dependencies = dependencies
    this.#allowance = new CostAllowance({ limits, sharedAddresses }, dependencies)
    this.#queue = new FairQueue(limits.judging)
    this.#useless = new UselessLedger(limits.useless, dependencies.clock)
    const { maxBytes } = declaration.codec
    dependencies.router.subscribe(name, { maxBytes, validate: (message) => this.#receive(message) })
  }

  get counts(): TopicCounts {
    const { published, accept, ignore, reject } = this.#counts
    const reasons = Object.fromEntries(this.#reasons)
    return { published, accepted: accept, ignored: ignore, rejected: reject, reasons }
  }

  /** Charges for a message of which only the size is known; false if it must not be read. */
  admits(peer: Peer, sizeBytes: number): boolean {
    return this.#allowance.admits(peer, sizeBytes)
  }

  async publish(message: Message): Promise<boolean> {
    try {
      await this.#dependencies.router.publish(this.#name, this.#declaration.codec.encode(message))
      this.#counts.published++
      return true
    } catch (error) {
      this.#dependencies.logger.debug('A message could not be published', { topic: this.#name, error })
      return false
    }
  }

  async #receive(message: GossipMessage): Promise<GossipVerdict> {
    const { from } = message
    const judged = await this.#judge(message)
    this.#counts[judged.verdict]++
    if (judged.verdict === 'accept') return 'accept'
    const { peers, logger } = this.#dependencies
    this.#reasons.set(judged.reason, (this.#reasons.get(judged.reason) ?? 0) + 1)
    if (judged.verdict === 'reject') {
      logger.debug('A peer brought a bad message', { topic: this.#name, peerId: from, reason: judged.reason })
      peers.report(from, judged.offence)
    } else if (!this.#useless.admits(from)) peers.report(from, 'rate-limit')
    return judged.verdict
  }

  async #judge({ data, from }: GossipMessage): Promise<TopicVerdict> {
    // Without a handshake nobody is known to be of this network, nor limited by address. A peer that leaves while its
    // messages wait is charged and blamed all the same.
    const peer = this.#dependencies.peers.get(from)
    if (peer === undefined) return ignored('no-handshake')
    if (this.#declaration.isOpenTo?.(peer) === false) return ignored('not-open')
    return (await this.#queue.run(from, () => this.#measure(data, peer))) ?? ignored('queue-full')
  }

  async #measure(data: Uint8Array, peer: Peer): Promise<TopicVerdict> {
    // Earlier messages in the queue may have used up the rest.
    if (this.#allowance.isSpent(peer)) return ignored('budget-spent')
    const { clock } = this.#dependencies
    const beganMs = clock.nowMs()
    const judged = await this.#validate(data, peer)
    const tookMs = judged.verdict === 'accept' ? 0 : Math.max(0, clock.nowMs() - beganMs)
    this.#allowance.chargeVain(peer, judged.vainMs ?? tookMs)
    return judged
  }

  async #validate(data: Uint8Array, peer: Peer): Promise<TopicVerdict> {
    const { codec, offenceOf } = this.#declaration
    try {
      if (data.length > codec.maxBytes) throw new RuleError('OVERSIZE', 'the message is too large')
      return await this.#declaration.validate(codec.decode(data), { peer, signal: this.#dependencies.signal })
    } catch (error) {
      if (!(error instanceof RuleError)) {
        this.#dependencies.logger.debug('A message could not be judged', { topic: this.#name, peerId: peer.id, error })
        return ignored('not-judged')
      }
      return verdictOfBroken(error, offenceOf)
    }
  }
}

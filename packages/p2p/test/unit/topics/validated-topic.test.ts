import { genesisHash, type RuleCode, RuleError, rlpCodec, silentLogger, uint64Field } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import type { GossipVerdict } from '../../../src/gossip/gossip-router.ts'
import type { Offence } from '../../../src/peers/offences.ts'
import type { Peer } from '../../../src/peers/peer.ts'
import {
  ACCEPTED,
  ignored,
  rejected,
  type TopicBudget,
  type TopicDeclaration,
  type TopicVerdict,
} from '../../../src/topics/topic-declaration.ts'
import { topicName } from '../../../src/topics/topic-name.ts'
import { Topics } from '../../../src/topics/topics.ts'
import type { Topic } from '../../../src/topics/validated-topic.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'
import { LoneRouter } from '../../support/lone-router.ts'

const PEER: Peer = { id: 'peer', address: '1.2.3.4', direction: 'in', status: A_STATUS, connectedAtMs: 0 }
const GENESIS = genesisHash(testNetwork)
const codec = rlpCodec('number', uint64Field, 9)
const BUDGET: TopicBudget = {
  bytes: { capacity: 1000, perSecond: 100 },
  messages: { capacity: 10, perSecond: 1 },
  vainMs: { capacity: 250, perSecond: 10 },
  useless: { capacity: 3, perSecond: 1 },
  judging: { atOnce: 1, maxWaiting: 2, maxWaitingEach: 2 },
}

/** A topic of numbers, judged as the test wants. */
class Fixture {
  readonly router: LoneRouter = new LoneRouter()
  readonly clock: ManualClock = new ManualClock()
  readonly offences: Offence[] = []
  readonly topics: Topics
  readonly topic: Topic<bigint>
  rule: (message: bigint) => Promise<TopicVerdict> = async () => ACCEPTED

  constructor(changes: Partial<TopicDeclaration<bigint>> = {}) {
    this.topics = new Topics(
      { genesisHash: GENESIS, sharedAddresses: false },
      {
        router: this.router,
        peers: {
          get: (id) => (id === PEER.id ? PEER : undefined),
          report: (_, offence) => this.offences.push(offence),
        },
        isCurrent: () => true,
        ...{ clock: this.clock, logger: silentLogger },
      },
    )
    const budget = BUDGET
    const validate = (message: bigint): Promise<TopicVerdict> => this.rule(message)
    this.topic = this.topics.open({ name: 'numbers', codec, budget, validate, ...changes })
  }

  receive(message: bigint | Uint8Array, from = PEER.id): Promise<GossipVerdict> {
    return this.router.receive('numbers', typeof message === 'bigint' ? codec.encode(message) : message, from)
  }

  /** How many of so many messages may be read. */
  offer(count: number, sizeBytes: number): number {
    const message = { topic: topicName(GENESIS, 'numbers'), from: PEER.id, sizeBytes }
    return Array.from({ length: count }, () => this.topics.admits(message)).filter((isAdmitted) => isAdmitted).length
  }
}

describe('a declared topic', () => {
  it('passes on what its rules accept, and publishes', async () => {
    const fixture = new Fixture()
    expect(await fixture.receive(7n)).toBe('accept')
    expect(await fixture.topic.publish(8n)).toBe(true)
    expect(fixture.router.published).toEqual([codec.encode(8n)])
    expect(fixture.topic.counts).toEqual({ published: 1, accepted: 1, ignored: 0, rejected: 0, reasons: {} })
    expect(fixture.offences).toEqual([])
  })

  it('counts verdicts by reason, and takes the points of the offence that its rules name', async () => {
    const fixture = new Fixture()
    fixture.rule = async (message) => (message === 1n ? ignored('stale') : rejected('forged', 'invalid-message'))
    expect([await fixture.receive(1n), await fixture.receive(2n), await fixture.receive(2n)]).toEqual([
      'ignore',
      'reject',
      'reject',
    ])
    expect(fixture.topic.counts).toMatchObject({ ignored: 1, rejected: 2, reasons: { stale: 1, forged: 2 } })
    expect(fixture.offences).toEqual(['invalid-message', 'invalid-message'])
  })

  const broken: readonly (readonly [RuleCode, GossipVerdict, readonly Offence[]])[] = [
    ['TRANSACTION_SIGNATURE', 'reject', ['malformed-message']],
    ['HEADER_BASE_FEE', 'reject', ['invalid-message']],
    ['HEADER_TIMESTAMP_FUTURE', 'ignore', []],
  ]
  it.each(broken)('answers a message that breaks %s with %s', async (code, verdict, offences) => {
    const fixture = new Fixture()
    fixture.rule = async () => Promise.reject(new RuleError(code, 'broken'))
    expect(await fixture.receive(1n)).toBe(verdict)
    expect(fixture.offences).toEqual(offences)
    expect(fixture.topic.counts.reasons).toEqual({ [code]: 1 })
  })

  it('may say itself what a broken rule costs', async () => {
    const fixture = new Fixture({ offenceOf: () => 'malicious-block' })
    expect(await fixture.receive(Uint8Array.of(0xc0))).toBe('reject')
    expect(fixture.offences).toEqual(['malicious-block'])
  })

  it('blames nobody for what failed here', async () => {
    const fixture = new Fixture()
    fixture.rule = async () => Promise.reject(new RangeError('our own fault'))
    expect(await fixture.receive(1n)).toBe('ignore')
    expect(fixture.offences).toEqual([])
  })

  it('takes points for what does not decode, and for what is too large by one byte', async () => {
    const fixture = new Fixture()
    expect(await fixture.receive(2n ** 64n - 1n)).toBe('accept')
    expect(await fixture.receive(Uint8Array.of(0xc0))).toBe('reject')
    expect(await fixture.receive(new Uint8Array(codec.maxBytes + 1))).toBe('reject')
    expect(fixture.offences).toEqual(['malformed-message', 'oversized-message'])
  })

  it('hears nobody without a handshake', async () => {
    const fixture = new Fixture()
    expect(await fixture.receive(Uint8Array.of(0xc0), 'stranger')).toBe('ignore')
    expect(fixture.topics.admits({ topic: topicName(GENESIS, 'numbers'), from: 'stranger', sizeBytes: 1 })).toBe(false)
    expect(fixture.offences).toEqual([])
  })

  it('decodes nothing of a peer that it is not open to', async () => {
    const fixture = new Fixture({ isOpenTo: ({ id }) => id !== PEER.id })
    expect(await fixture.receive(Uint8Array.of(0xc0))).toBe('ignore')
    expect(fixture.offences).toEqual([])
  })

  it('reads so many messages and so many bytes of one peer, and none above that', () => {
    expect(new Fixture().offer(11, 1)).toBe(10)
    expect(new Fixture().offer(3, 500)).toBe(2)
  })

  it('measures the time that goes into what is not accepted', async () => {
    const fixture = new Fixture()
    let verdict: TopicVerdict = ACCEPTED
    fixture.rule = async () => {
      fixture.clock.now += 249
      return verdict
    }
    await fixture.receive(1n)
    expect(fixture.offer(1, 1)).toBe(1)
    verdict = ignored('stale')
    await fixture.receive(1n)
    expect(fixture.offer(1, 1)).toBe(1)
    await fixture.receive(1n)
    expect(fixture.offer(1, 1)).toBe(0)
    expect(await fixture.receive(Uint8Array.of(0xc0))).toBe('ignore')
  })

  it('takes the word of its rules for what a message cost', async () => {
    const fixture = new Fixture()
    fixture.rule = async () => {
      fixture.clock.now += 10_000
      return { ...ignored('waited'), vainMs: 0 }
    }
    await fixture.receive(1n)
    expect(fixture.offer(1, 1)).toBe(1)
  })

  it('takes points for ignored messages above the allowance, and not for as many as it has', async () => {
    const fixture = new Fixture()
    fixture.rule = async () => ignored('stale')
    for (let message = 0n; message < 3n; message++) await fixture.receive(message)
    expect(fixture.offences).toEqual([])
    await fixture.receive(3n)
    expect(fixture.offences).toEqual(['rate-limit'])
  })

  it('judges one message at a time and lets so many wait, and drops others', async () => {
    const fixture = new Fixture()
    const { promise, resolve } = Promise.withResolvers<TopicVerdict>()
    fixture.rule = () => promise
    const verdicts = [1n, 2n, 3n, 4n].map((message) => fixture.receive(message))
    expect(await verdicts[3]).toBe('ignore')
    expect(fixture.topic.counts.reasons).toEqual({ 'queue-full': 1 })
    resolve(ACCEPTED)
    expect(await Promise.all(verdicts)).toEqual(['accept', 'accept', 'accept', 'ignore'])
  })

  it('has a name of its own', () => {
    const fixture = new Fixture()
    const twin: TopicDeclaration<bigint> = { name: 'numbers', codec, validate: async () => ACCEPTED }
    expect(() => fixture.topics.open(twin)).toThrow('two topics are called numbers')
    fixture.topics.open({ ...twin, name: 'others' })
  })
})

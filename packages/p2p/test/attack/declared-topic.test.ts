import { bytesField, genesisHash, rlpCodec } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Offence } from '../../src/peers/offences.ts'
import {
  ACCEPTED,
  ignored,
  rejected,
  type TopicDeclaration,
  type TopicVerdict,
} from '../../src/topics/topic-declaration.ts'
import { topicName } from '../../src/topics/topic-name.ts'
import { type HostileClient, startHostileClient } from '../support/hostile-client.ts'
import { startNode, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 30_000, interval: 20 }
const MAX_BYTES = 256
/** The first byte of a message says what its rules think of it. */
const [GOOD, STALE, FORGED] = [1, 2, 3]
const codec = rlpCodec('note', bytesField(MAX_BYTES - 3), MAX_BYTES)
const closers: (() => Promise<void>)[] = []

function declare(heard: string[] = []): TopicDeclaration<Uint8Array> {
  const validate = async (message: Uint8Array): Promise<TopicVerdict> => {
    heard.push(Buffer.from(message).toString('hex'))
    if (message[0] === GOOD) return ACCEPTED
    return message[0] === STALE ? ignored('stale') : rejected('forged', 'invalid-message')
  }
  return {
    name: 'notes',
    codec,
    validate,
    budget: { messages: { capacity: 64, perSecond: 1 }, useless: { capacity: 16, perSecond: 1 } },
  }
}

async function start(topic: TopicDeclaration<Uint8Array>): Promise<TestNode> {
  const node = await startNode({ declared: { topics: [topic] }, network: { limits: { sharedAddresses: false } } })
  closers.push(() => node.stop())
  return node
}

async function connect(from: TestNode, to: TestNode): Promise<void> {
  from.network.peers.add(to.network.addresses()[0] ?? '')
  await vi.waitFor(() => expect(from.network.figures().peers.outbound).toBe(1), WAIT)
}

/** A client that sends messages until it is cut off, and what it was blamed for then. */
async function siege(
  message: (round: number) => Uint8Array,
  enter: (client: HostileClient) => Promise<void> = (client) => client.greet(),
): Promise<Readonly<Partial<Record<Offence, number>>>> {
  const victim = await start(declare())
  const [address = ''] = victim.network.addresses()
  const client = await startHostileClient({ params: testNetwork, victim: address })
  closers.push(() => client.close())
  await enter(client)
  const topic = topicName(genesisHash(testNetwork), 'notes')
  await client.joinTopic(topic)
  let round = 0
  await vi.waitFor(async () => {
    for (let count = 0; count < 16; count++) {
      if (client.isConnected) await client.publish(topic, message(round++)).catch(() => undefined)
    }
    expect(client.isConnected).toBe(false)
  }, WAIT)
  return victim.network.figures().peers.offences
}

function note(kind: number | undefined, round: number): Uint8Array {
  return codec.encode(Uint8Array.of(kind ?? 0, round >> 8, round & 255))
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('a topic that another package declares', { timeout: 60_000 }, () => {
  it('goes round the network as far as its rules accept it, and costs nobody anything', async () => {
    const heard: string[][] = [[], [], []]
    const topics = heard.map(declare)
    const nodes: TestNode[] = []
    for (const topic of topics) nodes.push(await start(topic))
    const [a, b, c] = nodes
    const [topic] = topics
    if (a === undefined || b === undefined || c === undefined || topic === undefined) throw new RangeError('three')
    await connect(a, b)
    await connect(b, c)
    let round = 0
    await vi.waitFor(async () => {
      await a.network.topic(topic).publish(Uint8Array.of(STALE ?? 0, round))
      await a.network.topic(topic).publish(Uint8Array.of(GOOD ?? 0, round++))
      expect(heard[2]).not.toEqual([])
    }, WAIT)
    expect(heard[1]?.some((message) => message.startsWith('02'))).toBe(true)
    expect(heard[2]?.every((message) => message.startsWith('01'))).toBe(true)
    for (const { network } of [a, b, c]) expect(network.figures().peers.offences).toEqual({})
  })

  it('cuts off whoever sends without a handshake', async () => {
    const offences = await siege(
      (round) => note(GOOD, round),
      (client) => client.connect(),
    )
    expect(offences['protocol-violation']).toBeGreaterThanOrEqual(3)
  })

  it('cuts off a flood, though its rules accept every message', async () => {
    const offences = await siege((round) => note(GOOD, round))
    expect(offences['rate-limit']).toBeGreaterThanOrEqual(12)
  })

  it('cuts off a flood of useless messages', async () => {
    const offences = await siege((round) => note(STALE, round))
    expect(offences['rate-limit']).toBeGreaterThanOrEqual(12)
  })

  it('cuts off whoever sends messages that are too large', async () => {
    const offences = await siege((round) => new Uint8Array(MAX_BYTES + 1).fill(round))
    expect(offences['oversized-message']).toBeGreaterThanOrEqual(2)
  })

  it('cuts off whoever sends what no codec reads', async () => {
    const offences = await siege((round) => Uint8Array.of(0xc1, round & 127))
    expect(offences['malformed-message']).toBeGreaterThanOrEqual(2)
  })

  it('cuts off whoever breaks its rules', async () => {
    const offences = await siege((round) => note(FORGED, round))
    expect(offences['invalid-message']).toBeGreaterThanOrEqual(3)
  })

  it('is declared before it is used', async () => {
    const node = await start(declare())
    expect(() => node.network.topic(declare())).toThrow('the topic notes was not declared')
  })
})

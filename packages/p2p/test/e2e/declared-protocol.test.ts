import { RuleError, rlpCodec, silentLogger, uint64Field } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RequestProtocol, ServedProtocol } from '../../src/requests/request-protocol.ts'
import { startHostileClient } from '../support/hostile-client.ts'
import { startNode, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 30_000, interval: 20 }
const closers: (() => Promise<void>)[] = []

/** Doubles a number. */
const doubling: RequestProtocol<bigint, bigint> = {
  name: '/poai/doubling/1',
  query: rlpCodec('number', uint64Field, 9),
  reply: rlpCodec('double', uint64Field, 9),
  timeoutMs: 5000,
  costOf: () => 1,
  allowance: { capacity: 4, perSecond: 1 },
  check: (query, reply) => {
    if (reply !== 2n * query) throw new RuleError('FIELD_RANGE', 'not the double', { actual: reply })
  },
}

async function start(serve?: ServedProtocol<bigint, bigint>['serve']): Promise<TestNode> {
  const protocols = serve === undefined ? [] : [{ protocol: doubling, serve }]
  const limits = { sharedAddresses: false }
  const node = await startNode({ declared: { protocols }, network: { limits }, logger: silentLogger })
  closers.push(() => node.stop())
  return node
}

async function meet(serve: ServedProtocol<bigint, bigint>['serve']): Promise<readonly [TestNode, TestNode]> {
  const [asking, serving] = [await start(), await start(serve)]
  asking.network.peers.add(serving.network.addresses()[0] ?? '')
  await vi.waitFor(() => expect(asking.network.figures().peers.outbound).toBe(1), WAIT)
  return [asking, serving]
}

function signal(): AbortSignal {
  return AbortSignal.timeout(10_000)
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('a protocol that another package declares', { timeout: 60_000 }, () => {
  it('answers peers, who need not answer it themselves', async () => {
    const [asking, serving] = await meet(async (query) => 2n * query)
    const ask = asking.network.askerOf(doubling)
    expect(await ask(serving.network.peerId, 21n, signal())).toBe(42n)
    for (const { network } of [asking, serving]) expect(network.figures().peers.offences).toEqual({})
  })

  it('holds an answer that does not belong to the question against whoever gave it', async () => {
    const [asking, serving] = await meet(async (query) => 2n * query + 1n)
    const ask = asking.network.askerOf(doubling)
    await expect(ask(serving.network.peerId, 21n, signal())).rejects.toThrow('not the double')
    expect(asking.network.figures().peers.offences).toEqual({ 'wrong-answer': 1 })
  })

  it('blames nobody for a refusal', async () => {
    const [asking, serving] = await meet(async () => Promise.reject(new RangeError('not today')))
    const ask = asking.network.askerOf(doubling)
    await expect(ask(serving.network.peerId, 21n, signal())).rejects.toMatchObject({ code: 'P2P_REQUEST' })
    for (const { network } of [asking, serving]) expect(network.figures().peers.offences).toEqual({})
  })

  it.each([
    ['questions above twice the allowance', doubling.query.encode(1n), 'rate-limit'],
    ['questions that are too large', new Uint8Array(doubling.query.maxBytes + 1), 'oversized-message'],
    ['questions that do not decode', Uint8Array.of(0xc0), 'malformed-message'],
  ] as const)('cuts off %s', async (_, frame, offence) => {
    const serving = await start(async (query) => 2n * query)
    const [victim = ''] = serving.network.addresses()
    const client = await startHostileClient({ params: testNetwork, victim })
    closers.push(() => client.close())
    await client.greet()
    await vi.waitFor(async () => {
      if (client.isConnected) await client.ask(doubling.name, frame).catch(() => undefined)
      expect(client.isConnected).toBe(false)
    }, WAIT)
    expect(serving.network.figures().peers.offences[offence]).toBeGreaterThanOrEqual(2)
  })

  it('has a name of its own', async () => {
    const protocols = [doubling, doubling].map((protocol) => ({ protocol, serve: async () => 0n }))
    await expect(startNode({ declared: { protocols } })).rejects.toThrow('two protocols are called')
  })
})

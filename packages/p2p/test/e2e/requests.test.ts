import { lpStream } from '@libp2p/utils'
import {
  type Clock,
  createBlockCodecs,
  createTransactionCodec,
  type Hash32,
  MAX_BODY_BYTES,
  silentLogger,
} from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, signTransaction, testNetwork, WALLETS, type Wallet } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bodiesProtocol } from '../../src/blocks/bodies-protocol.ts'
import { ForwardedBlocks } from '../../src/blocks/forwarded-blocks.ts'
import { headersProtocol } from '../../src/blocks/headers-protocol.ts'
import type { Host } from '../../src/host/host.ts'
import type { Offence } from '../../src/peers/offences.ts'
import type { Peer, PeerSet } from '../../src/peers/peer.ts'
import { ANSWERED_BYTES, type RequestProtocol, SERVER_SLACK } from '../../src/requests/request-protocol.ts'
import { createRequestTransport, type RequestTransport } from '../../src/requests/request-transport.ts'
import { type ChainRequests, createChainRequests } from '../../src/sync/chain-requests.ts'
import { serveChain } from '../../src/sync/serve-chain.ts'
import { startHost } from '../support/start-host.ts'
import { startNode, systemClock, type TestNode } from '../support/start-node.ts'

const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))
const closers: (() => Promise<void>)[] = []

/** A host with a transport that notes what it holds against others. */
interface Side {
  readonly host: Host
  readonly transport: RequestTransport
  readonly requests: ChainRequests
  readonly offences: Offence[]
}

async function startSide(isKnown = true, clock: Clock = systemClock): Promise<Side> {
  const host = await startHost()
  closers.push(() => host.stop())
  const offences: Offence[] = []
  const peers: Pick<PeerSet, 'get' | 'report' | 'onJoined' | 'onLeft'> = {
    get: (id) => (isKnown ? ({ id } as Peer) : undefined),
    report: (_, offence) => offences.push(offence),
    onJoined: () => () => undefined,
    onLeft: () => () => undefined,
  }
  const transport = createRequestTransport(
    { sharedAddresses: true },
    { streams: host.streams, peers, clock, logger: silentLogger },
  )
  const requests = createChainRequests({ params: testNetwork }, { transport, peers, codecs })
  return { host, transport, requests, offences }
}

async function connect(from: Side, to: Side): Promise<void> {
  await from.host.dial(to.host.addresses(), signal())
}

function signal(ms = 20_000): AbortSignal {
  return AbortSignal.timeout(ms)
}

async function startChain(): Promise<TestNode> {
  const node = await startNode()
  closers.push(() => node.stop())
  return node
}

async function generate(
  length: number,
): Promise<ChainGenerator & { readonly blocks: Awaited<ReturnType<ChainGenerator['grow']>> }> {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ evaluator: engine })
  const [alice, bob] = WALLETS as [Wallet, Wallet]
  const blocks = await generator.grow(generator.genesis, length, (index) => ({
    transactions: [signTransaction(testNetwork.chainId, alice, { nonce: BigInt(index), to: bob.address, value: 1n })],
  }))
  return Object.assign(generator, { blocks })
}

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

describe('requests', () => {
  it('bring headers after a shared block, bodies that fit them, and what waits in a pool', async () => {
    const { blocks, genesis } = await generate(6)
    const { chain } = await startChain()
    for (const { block } of blocks.slice(0, 5)) await chain.importBlock(block)
    const [, , third, fourth, fifth, sixth] = blocks
    if (third === undefined || fourth === undefined || fifth === undefined || sixth === undefined)
      throw new RangeError()
    const [waiting] = sixth.block.body.transactions
    if (waiting === undefined) throw new RangeError()
    await chain.mempool.add(waiting)
    const [asking, serving] = [await startSide(), await startSide()]
    await serveChain({
      transport: serving.transport,
      forwarded: new ForwardedBlocks(),
      ...{ chain, codecs, clock: systemClock },
    })
    await connect(asking, serving)
    const peerId = serving.host.peerId
    const locator = [
      { number: 3n, hash: third.hash },
      { number: 0n, hash: genesis.hash },
    ]
    const headers = await asking.requests.headers(peerId, { locator, count: 100 }, signal())
    expect(headers).toEqual([fourth.block.header, fifth.block.header])
    expect(await asking.requests.headers(peerId, { locator: locator.slice(1), count: 2 }, signal())).toHaveLength(2)
    expect(await asking.requests.bodies(peerId, [...headers, sixth.block.header], signal())).toEqual([
      fourth.block.body,
      fifth.block.body,
      undefined,
    ])
    const hashes = await asking.requests.poolHashes(peerId, signal())
    expect(hashes).toEqual([waiting.hash])
    expect(await asking.requests.poolTransactions(peerId, hashes, signal())).toEqual([waiting.bytes])
    expect([...asking.offences, ...serving.offences]).toEqual([])
  })

  it('are refused from whoever has not shaken hands', async () => {
    const [asking, serving] = [await startSide(), await startSide(false)]
    await serving.transport.handle(headersProtocol, async () => ({ headers: [] }))
    await connect(asking, serving)
    const query = { locator: [], count: 1 }
    await expect(asking.transport.askerOf(headersProtocol)(serving.host.peerId, query, signal())).rejects.toThrow()
  })

  it('cost the asker its score if they are malformed or too large', async () => {
    const [asking, serving] = [await startSide(), await startSide()]
    await serving.transport.handle(headersProtocol, async () => ({ headers: [] }))
    await connect(asking, serving)
    const send = async (bytes: Uint8Array): Promise<void> => {
      const stream = await asking.host.streams.open(serving.host.peerId, headersProtocol.name, { signal: signal() })
      await lpStream(stream).write(bytes, { signal: signal() })
    }
    await send(Uint8Array.of(0xc0))
    await vi.waitFor(() => expect(serving.offences).toEqual(['malformed-message']), 5000)
    await send(new Uint8Array(headersProtocol.query.maxBytes + 1))
    await vi.waitFor(() => expect(serving.offences).toEqual(['malformed-message', 'oversized-message']), 5000)
  })

  it('cost the asker its score if they do not come to an end', async () => {
    const [asking, serving] = [await startSide(), await startSide()]
    await serving.transport.handle(headersProtocol, async () => ({ headers: [] }))
    await connect(asking, serving)
    const stream = await asking.host.streams.open(serving.host.peerId, headersProtocol.name, { signal: signal() })
    stream.send(Uint8Array.of(20, 0xc0))
    await vi.waitFor(() => expect(serving.offences).toEqual(['stalled-stream']), 10_000)
  })

  it('wait for the allowance, and are refused above twice of it', async () => {
    const spec: RequestProtocol<{ readonly hashes: readonly never[] }, { readonly bodies: readonly Uint8Array[] }> = {
      ...(bodiesProtocol as never as RequestProtocol<
        { readonly hashes: readonly never[] },
        { readonly bodies: readonly Uint8Array[] }
      >),
      costOf: () => 1,
      allowance: { capacity: 2, perSecond: 10 },
    }
    const [asking, greedy, serving] = [await startSide(), await startSide(), await startSide()]
    await serving.transport.handle(spec, async () => ({ bodies: [] }))
    await connect(asking, serving)
    await connect(greedy, serving)
    const begin = performance.now()
    const ask = (side: Side, asked: typeof spec): Promise<unknown> =>
      side.transport.askerOf(asked)(serving.host.peerId, { hashes: [] }, signal())
    await Promise.all(Array.from({ length: 6 }, () => ask(asking, spec)))
    expect(performance.now() - begin).toBeGreaterThan(300)
    expect(serving.offences).toEqual([])
    const unbridled = { ...spec, allowance: { capacity: 1000, perSecond: 1000 } }
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => ask(greedy, unbridled)))
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
    expect(serving.offences).toContain('rate-limit')
  })

  it('are answered with so many bytes, which the side that asks keeps to and the side that answers counts', async () => {
    const clock = new ManualClock(1_000_000)
    const start = (): Promise<Side> => startSide(true, clock)
    const [asking, greedy, serving] = [await start(), await start(), await start()]
    const large = new Uint8Array(MAX_BODY_BYTES)
    await serving.transport.handle(bodiesProtocol, async () => ({ bodies: [large] }))
    await connect(asking, serving)
    await connect(greedy, serving)
    const query = { hashes: [new Uint8Array(32).fill(7) as Hash32] }
    const { peerId } = serving.host
    // As much as is allowed at once; what comes after that waits here, and nobody is blamed.
    const fitting = Math.ceil(ANSWERED_BYTES.capacity / large.length)
    for (let count = 0; count < fitting; count++)
      await asking.transport.askerOf(bodiesProtocol)(peerId, query, signal())
    const beyond = asking.transport.askerOf(bodiesProtocol)(peerId, query, signal())
    await vi.waitFor(() => expect(clock.sleepers).toBe(1))
    expect(asking.transport.counts.asked).toBe(fitting)
    await clock.advance(1000)
    await beyond
    expect(serving.offences).toEqual([])
    const frame = bodiesProtocol.query.encode(query)
    let bytes = 0
    for (let count = 0; count < 4 * fitting; count++) {
      const stream = await greedy.host.streams.open(peerId, bodiesProtocol.name, { signal: signal() })
      const frames = lpStream(stream)
      await frames.write(frame, { signal: signal() })
      bytes += (await frames.read({ signal: signal() })).byteLength
      await stream.close()
    }
    // One answer beyond what is allowed: it is charged when it has been made.
    expect(bytes).toBeGreaterThan(ANSWERED_BYTES.capacity * SERVER_SLACK)
    expect(bytes).toBeLessThan(ANSWERED_BYTES.capacity * SERVER_SLACK + 2 * large.length)
    expect(serving.offences.length).toBeGreaterThan(0)
    expect(new Set(serving.offences)).toEqual(new Set(['rate-limit']))
  })

  it('hold answers against whoever gives them: malformed, too large, late, or not what was asked for', async () => {
    const [asking, serving] = [await startSide(), await startSide()]
    const answers = {
      malformed: async (stream: Parameters<typeof lpStream>[0]) => lpStream(stream).write(Uint8Array.of(0, 0xc1)),
      large: async (stream: Parameters<typeof lpStream>[0]) =>
        lpStream(stream).write(new Uint8Array(headersProtocol.reply.maxBytes + 2)),
      late: async () => undefined,
    }
    await connect(asking, serving)
    const { streams, peerId } = serving.host
    const limits = { maxInboundStreams: 8, maxOutboundStreams: 8 }
    const ask = (timeoutMs = 5000): Promise<unknown> =>
      asking.transport.askerOf({ ...headersProtocol, timeoutMs })(peerId, { locator: [], count: 1 }, signal())
    await streams.handle(headersProtocol.name, async (stream) => answers.malformed(stream), limits)
    await expect(ask()).rejects.toThrow()
    await streams.unhandle(headersProtocol.name)
    await streams.handle(headersProtocol.name, async (stream) => answers.large(stream), limits)
    await expect(ask()).rejects.toThrow()
    await streams.unhandle(headersProtocol.name)
    await streams.handle(headersProtocol.name, answers.late, limits)
    await expect(ask(300)).rejects.toMatchObject({ code: 'P2P_REQUEST' })
    expect(asking.offences).toEqual(['malformed-message', 'oversized-message', 'request-timeout'])
  })

  it('find out headers of another chain and bodies of other blocks', async () => {
    const { blocks, genesis } = await generate(3)
    const [first, second] = blocks
    if (first === undefined || second === undefined) throw new RangeError()
    const [asking, serving] = [await startSide(), await startSide()]
    await serving.transport.handle(headersProtocol, async () => ({ headers: [second.block.header] }))
    await serving.transport.handle(bodiesProtocol, async () => ({ bodies: [codecs.body.encode(second.block.body)] }))
    await connect(asking, serving)
    const { peerId } = serving.host
    const locator = [{ number: 0n, hash: genesis.hash }]
    await expect(asking.requests.headers(peerId, { locator, count: 5 }, signal())).rejects.toThrow(
      'nothing that was named',
    )
    await expect(asking.requests.bodies(peerId, [first.block.header], signal())).rejects.toMatchObject({
      code: 'BODY_TRANSACTIONS_ROOT',
    })
    expect(asking.offences).toEqual(['wrong-answer', 'wrong-answer'])
  })
})

import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, type GeneratedBlock } from '@poai/testing/chain'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { SAMPLE_DRAWS } from '../../src/sync/draw-sample.ts'
import { createReplayPolicy, excusingVerifier, type ReplayMode } from '../../src/sync/replay-policy.ts'
import { forgeSeal } from '../support/forged-blocks.ts'
import { startNode, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 60_000, interval: 20 }
const HONEST = 20
/** So many that a sample is far from all. */
const LONG = 120

const nodes: TestNode[] = []
let honest: readonly GeneratedBlock[] = []

beforeAll(async () => {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ evaluator: engine })
  honest = await generator.grow(generator.genesis, LONG)
})

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

function blockAt(number: number): GeneratedBlock {
  const found = honest[number - 1]
  if (found === undefined) throw new RangeError('the chain is longer')
  return found
}

/** A node that believes every claim, and may so have a forged block after the honest ones. */
async function startServer(last: 'honest' | 'forged', length: number = HONEST): Promise<TestNode> {
  const server = await startNode({
    verifier: () => ({ verify: async () => undefined, verifyAnswers: async () => undefined }),
  })
  nodes.push(server)
  for (const { block } of honest.slice(0, length)) await server.chain.importBlock(block)
  if (last === 'forged') await server.chain.importBlock(forgeSeal(blockAt(HONEST + 1).block))
  return server
}

/** A node that catches up in a mode; what it replayed is counted. */
async function startFollower(mode: ReplayMode, server: TestNode): Promise<{ node: TestNode; replayed: bigint[] }> {
  const policy = createReplayPolicy(mode)
  const replayed: bigint[] = []
  const node = await startNode({
    network: { replayPolicy: policy },
    verifier: (verifier) =>
      excusingVerifier(
        {
          verify: async (header, options) => {
            replayed.push(header.number)
            await verifier.verify(header, options)
          },
          verifyAnswers: (block, options) => verifier.verifyAnswers(block, options),
        },
        policy,
      ),
  })
  nodes.push(node)
  node.network.peers.add(server.network.addresses()[0] ?? '')
  return { node, replayed }
}

function numbers(from: number, to: number): readonly bigint[] {
  return Array.from({ length: to - from + 1 }, (_, index) => BigInt(from + index))
}

const unknown = new Uint8Array(32).fill(7) as GeneratedBlock['hash']

describe('catching up', () => {
  it.each([
    ['full', (): ReplayMode => ({ kind: 'full' }), numbers(1, HONEST)],
    ['a sample of everything', (): ReplayMode => ({ kind: 'sampled', share: 1, recentBlocks: 0 }), numbers(1, HONEST)],
    ['from a trusted block', (): ReplayMode => ({ kind: 'assume-valid', hash: blockAt(12).hash }), numbers(13, HONEST)],
    ['from a block that is nowhere', (): ReplayMode => ({ kind: 'assume-valid', hash: unknown }), numbers(1, HONEST)],
  ])('replays what the mode says: %s', async (_, mode, expected) => {
    const { node, replayed } = await startFollower(mode(), await startServer('honest'))
    await vi.waitFor(() => expect(node.chain.head().hash).toEqual(blockAt(HONEST).hash), WAIT)
    expect(replayed.sort((a, b) => Number(a - b))).toEqual(expected)
  })

  it('replays the last blocks and the sample that every branch must pass where the mode asks for no more', async () => {
    const mode: ReplayMode = { kind: 'sampled', share: 0, recentBlocks: 5 }
    const { node, replayed } = await startFollower(mode, await startServer('honest', LONG))
    await vi.waitFor(() => expect(node.chain.head().hash).toEqual(blockAt(LONG).hash), WAIT)
    expect(replayed).toEqual(expect.arrayContaining([1n, ...numbers(LONG - 4, LONG)]))
    expect(new Set(replayed).size, 'each once').toBe(replayed.length)
    expect(replayed.length).toBeLessThanOrEqual(5 + 1 + SAMPLE_DRAWS)
  })

  it.each([
    ['in the sample', (): ReplayMode => ({ kind: 'sampled', share: 1, recentBlocks: 0 })],
    ['among the last', (): ReplayMode => ({ kind: 'sampled', share: 0, recentBlocks: 1 })],
    ['after the trusted one', (): ReplayMode => ({ kind: 'assume-valid', hash: blockAt(HONEST).hash })],
  ])('finds a forged block %s, keeps the chain before it and blames the peer', async (_, mode) => {
    const server = await startServer('forged')
    const { node } = await startFollower(mode(), server)
    await vi.waitFor(() => expect(node.network.figures().peers.offences).toMatchObject({ 'failed-replay': 1 }), WAIT)
    expect(node.chain.head().hash).toEqual(blockAt(HONEST).hash)
  })
})

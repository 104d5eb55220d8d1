import type { Clock } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, type GeneratedBlock } from '@poai/testing/chain'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { PUSH_INTERVAL_MS } from '../../src/handshake/status-pusher.ts'
import { startNode, systemClock, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 60_000, interval: 20 }
/** After a first status each node tells no other one: what spreads then spreads by gossip. */
const statusesOnce: Clock = {
  ...systemClock,
  sleep: (delayMs, signal) => systemClock.sleep(delayMs === PUSH_INTERVAL_MS ? 10 * WAIT.timeout : delayMs, signal),
}
const nodes: TestNode[] = []
let generator: ChainGenerator

beforeAll(async () => {
  const engine = createFakeEngine()
  await engine.start()
  generator = new ChainGenerator({ evaluator: engine })
})

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

async function startAll(count: number, clock: Clock): Promise<readonly TestNode[]> {
  const started = await Promise.all(Array.from({ length: count }, () => startNode({ clock })))
  nodes.push(...started)
  return started
}

async function connect(from: TestNode, to: TestNode): Promise<void> {
  const [address] = to.network.addresses()
  if (address === undefined) throw new RangeError('a node listens')
  from.network.peers.add(address)
  await vi.waitFor(() => {
    expect(from.network.peers.connected().map(({ id }) => id)).toContain(to.network.peerId)
  }, WAIT)
}

async function untilHead(among: readonly TestNode[], { hash }: GeneratedBlock): Promise<void> {
  await vi.waitFor(() => {
    for (const { chain } of among) expect(chain.head().hash).toEqual(hash)
  }, WAIT)
}

/** A line of six nodes, whose halves have each a block of the same height as their head. */
async function startTie(
  clock: Clock = systemClock,
): Promise<{ readonly line: readonly TestNode[]; readonly ends: readonly GeneratedBlock[] }> {
  const line = await startAll(6, clock)
  const [a, b, c, d, e, f] = line as [TestNode, TestNode, TestNode, TestNode, TestNode, TestNode]
  await Promise.all([connect(a, b), connect(b, c), connect(d, e), connect(e, f)])
  const common = await generator.child(generator.genesis)
  const [left, right] = [1, 2].map((name) => generator.child(common, { header: { extraData: Uint8Array.of(name) } }))
  const ends = await Promise.all([left, right].filter((each) => each !== undefined))
  for (const [index, node] of [a, f].entries()) {
    await node.chain.importBlock(common.block)
    const end = ends[index]
    if (end !== undefined) await node.chain.importBlock(end.block)
  }
  await untilHead([a, b, c], ends[0] ?? common)
  await untilHead([d, e, f], ends[1] ?? common)
  await connect(c, d)
  return { line, ends }
}

describe('two blocks of the same height', () => {
  it('are both kept by nobody but their halves, and the child of either is the head of all soon, by gossip', async () => {
    const { line, ends } = await startTie(statusesOnce)
    const [, winner] = ends
    const [a, , , , , f] = line
    if (winner === undefined || a === undefined || f === undefined) throw new RangeError('a tie has two halves')
    expect(a.chain.queries.header(winner.hash)).toBeUndefined()
    const child = await generator.child(winner)
    const accepted = (): readonly number[] => line.slice(0, 5).map(({ network }) => network.figures().blocks.accepted)
    const before = accepted()
    await f.chain.importBlock(child.block)
    await untilHead(line, child)
    // Three nodes fetch the sibling, each before it passes the child on.
    await vi.waitFor(() => expect(accepted()).toEqual(before.map((count) => count + 1)), WAIT)
    for (const { network } of line) expect(network.figures().peers.offences).toEqual({})
  })

  it('and their children, as long as they tie: the first block that decides is the head of all', async () => {
    const { line, ends } = await startTie()
    const [a, , , , , f] = line
    const [left, right] = ends
    if (left === undefined || right === undefined || a === undefined || f === undefined) throw new RangeError()
    const [one, other] = await Promise.all([generator.child(left), generator.child(right)])
    await Promise.all([a.chain.importBlock(one.block), f.chain.importBlock(other.block)])
    const last = await generator.child(other)
    await f.chain.importBlock(last.block)
    await untilHead(line, last)
  })
})

import type { NetworkParams } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, FORK_NUMBER, forkingNetwork } from '@poai/testing/chain'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startNode, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 60_000, interval: 20 }
const nodes: TestNode[] = []

async function start(params: NetworkParams): Promise<TestNode> {
  const node = await startNode({ params })
  nodes.push(node)
  return node
}

function connect(from: TestNode, to: TestNode): void {
  from.network.peers.add(to.network.addresses()[0] ?? '')
}

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

describe('a network that forks at block 10', () => {
  it('brings a new node across the fork, and one that stands before it', async () => {
    const params = forkingNetwork()
    const engine = createFakeEngine()
    await engine.start()
    const generator = new ChainGenerator({ params, evaluator: engine })
    const blocks = await generator.grow(generator.genesis, 14)
    const [full, fresh, behind] = [await start(params), await start(params), await start(params)]
    for (const { block } of blocks) await full.chain.importBlock(block)
    for (const { block } of blocks.slice(0, Number(FORK_NUMBER) - 1)) await behind.chain.importBlock(block)
    connect(fresh, full)
    connect(behind, full)
    for (const { chain } of [fresh, behind])
      await vi.waitFor(() => expect(chain.head()).toEqual(blocks.at(-1)?.context), WAIT)
    await engine.stop()
  })
})

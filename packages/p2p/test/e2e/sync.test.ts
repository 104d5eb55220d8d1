import type { Transaction } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, signTransaction, testNetwork, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startNode, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 60_000, interval: 20 }
const nodes: TestNode[] = []

async function start(): Promise<TestNode> {
  const node = await startNode()
  nodes.push(node)
  return node
}

async function startGenerator(): Promise<ChainGenerator> {
  const engine = createFakeEngine()
  await engine.start()
  return new ChainGenerator({ evaluator: engine })
}

function connect(from: TestNode, to: TestNode): void {
  from.network.peers.add(to.network.addresses()[0] ?? '')
}

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

describe('a network that has something to catch up', () => {
  it('brings a new node to the head of a chain longer than one answer', async () => {
    const generator = await startGenerator()
    const blocks = await generator.grow(generator.genesis, 530)
    const [a, b] = [await start(), await start()]
    for (const { block } of blocks) await a.chain.importBlock(block)
    connect(b, a)
    await vi.waitFor(() => expect(b.chain.head().number).toBe(530n), WAIT)
    expect(b.network.figures().blocks.published).toBe(0)
    await vi.waitFor(() => expect(b.network.syncStatus()).toMatchObject({ state: 'idle', highestBlock: 530n }), WAIT)
  })

  it('makes one chain and one pool of two halves that meet again', async () => {
    const generator = await startGenerator()
    const [alice, bob, carol] = WALLETS as [Wallet, Wallet, Wallet]
    const { chainId } = testNetwork
    const shared = await generator.grow(generator.genesis, 2)
    const fork = shared.at(-1) ?? generator.genesis
    const long = await generator.grow(fork, 4, () => ({ header: { beneficiary: alice.address } }))
    const inShort = signTransaction(chainId, bob, { nonce: 0n, to: alice.address, value: 5n })
    const short = await generator.grow(fork, 3, (index) => ({
      header: { beneficiary: bob.address },
      transactions: index === 0 ? [inShort] : [],
    }))
    const [a, b] = [await start(), await start()]
    for (const { block } of [...shared, ...long]) await a.chain.importBlock(block)
    for (const { block } of [...shared, ...short]) await b.chain.importBlock(block)
    const waiting = signTransaction(chainId, carol, { nonce: 0n, to: alice.address, value: 7n })
    await a.chain.mempool.add(waiting)
    connect(a, b)
    await vi.waitFor(() => {
      expect(b.chain.head().hash).toEqual(long.at(-1)?.hash)
      for (const { chain } of [a, b]) {
        expect(chain.mempool.get(inShort.hash)).toBeDefined()
        expect(chain.mempool.get(waiting.hash)).toBeDefined()
      }
    }, WAIT)
    expect(a.chain.head().hash).toEqual(b.chain.head().hash)
  })

  it('announces a block that is too large to travel whole, and hands out its body', async () => {
    const generator = await startGenerator()
    const [alice, bob] = WALLETS as [Wallet, Wallet]
    const data = new Uint8Array(50_000).fill(1)
    const largeTransaction = (nonce: bigint): Transaction =>
      signTransaction(testNetwork.chainId, alice, { nonce, to: bob.address, data, gasLimit: 2_500_000n })
    const [a, b, c] = [await start(), await start(), await start()]
    connect(a, b)
    connect(b, c)
    await vi.waitFor(() => expect(b.network.figures().peers).toMatchObject({ inbound: 1, outbound: 1 }), WAIT)
    // Gossip needs a moment after connecting, and on a busy machine a status may overtake it: then blocks come by
    // synchronisation.
    let tip = generator.genesis
    for (let nonce = 0n; c.network.figures().blocks.pulled === 0; nonce++) {
      tip = await generator.child(tip, { transactions: [largeTransaction(nonce)] })
      await a.chain.importBlock(tip.block)
      await vi.waitFor(() => expect(c.chain.head().hash).toEqual(tip.hash), WAIT)
    }
    for (const { network } of [a, b, c]) expect(network.figures().blocks.rejected).toBe(0)
  })
})

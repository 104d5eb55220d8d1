import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, signTransaction, testNetwork, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type StartNodeOptions, startNode, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 20_000, interval: 20 }
const nodes: TestNode[] = []

async function start(options: StartNodeOptions = {}): Promise<TestNode> {
  const node = await startNode(options)
  nodes.push(node)
  return node
}

async function startGenerator(): Promise<ChainGenerator> {
  const engine = createFakeEngine()
  await engine.start()
  return new ChainGenerator({ evaluator: engine })
}

function addressOf(node: TestNode): string {
  const [address] = node.network.addresses()
  if (address === undefined) throw new RangeError('a node listens')
  return address
}

function peersOf({ network }: TestNode): readonly string[] {
  return network.peers.connected().map(({ id }) => id)
}

async function connect(from: TestNode, to: TestNode): Promise<void> {
  from.network.peers.add(addressOf(to))
  await vi.waitFor(() => {
    expect(peersOf(from)).toContain(to.network.peerId)
    expect(peersOf(to)).toContain(from.network.peerId)
  }, WAIT)
}

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

describe('a network', () => {
  it('passes blocks and transactions on through a chain of three nodes, each after its own judgement', async () => {
    const generator = await startGenerator()
    const [a, b, c] = [await start(), await start(), await start()]
    await connect(a, b)
    await connect(b, c)
    const [alice, bob] = WALLETS as [Wallet, Wallet]
    const transaction = signTransaction(testNetwork.chainId, alice, { nonce: 0n, to: bob.address, value: 1n })
    await a.chain.mempool.add(transaction)
    await vi.waitFor(() => expect(c.chain.mempool.get(transaction.hash)).toBeDefined(), WAIT)
    const blocks = await generator.grow(generator.genesis, 2, (index) => ({
      transactions: index === 0 ? [transaction] : [],
    }))
    for (const { block } of blocks) await a.chain.importBlock(block)
    await vi.waitFor(() => expect(c.chain.head().hash).toEqual(blocks.at(-1)?.hash), WAIT)
    expect(c.chain.mempool.size.pending).toBe(0)
    expect(b.network.figures().blocks).toMatchObject({ published: 0, accepted: 2, rejected: 0 })
  })

  it('tells a node of another network so, and lets it go', async () => {
    const a = await start()
    const other = await start({ params: { ...testNetwork, chainId: testNetwork.chainId + 1n } })
    other.network.peers.add(addressOf(a))
    await vi.waitFor(() => {
      expect(other.network.figures().peers.goodbyes['other-network']).toBeGreaterThan(0)
      expect(a.network.figures().peers.goodbyes['other-network']).toBeGreaterThan(0)
    }, WAIT)
    expect([...peersOf(a), ...peersOf(other)]).toEqual([])
  })

  it('keeps a node that will follow other rules until the first block of those, and tells it why then', async () => {
    const generator = await startGenerator()
    const [first, second] = await generator.grow(generator.genesis, 2)
    if (first === undefined || second === undefined) throw new RangeError('two blocks were asked for')
    const changes = { gas: { limitDivisor: testNetwork.gas.limitDivisor * 2n } }
    const old = await start()
    const upgraded = await start({ params: { ...testNetwork, forks: [{ name: 'steadier', number: 2n, changes }] } })
    await connect(old, upgraded)
    await old.chain.importBlock(first.block)
    await vi.waitFor(() => expect(upgraded.chain.head().hash).toEqual(first.hash), WAIT)
    expect(peersOf(old)).toEqual([upgraded.network.peerId])
    await upgraded.chain.importBlock(second.block)
    await vi.waitFor(() => {
      expect(upgraded.network.figures().peers.goodbyes['other-rules']).toBeGreaterThan(0)
      expect(old.network.figures().peers.goodbyes['other-rules']).toBeGreaterThan(0)
    }, WAIT)
    await vi.waitFor(() => expect([...peersOf(old), ...peersOf(upgraded)]).toEqual([]), WAIT)
  })

  it('dials a static peer anew when it comes back', async () => {
    const a = await start()
    const b = await start()
    await connect(a, b)
    const { identity } = b
    const listen = [addressOf(b).split('/p2p/')[0] ?? '']
    await b.stop()
    await vi.waitFor(() => expect(peersOf(a)).toEqual([]), WAIT)
    const again = await start({ identity, network: { listen } })
    await vi.waitFor(() => expect(peersOf(a)).toEqual([again.network.peerId]), WAIT)
  })

  it('keeps bans over a restart, for as long as they last', async () => {
    const a = await start()
    const b = await start()
    await connect(b, a)
    a.network.peers.ban(b.network.peerId, 60_000)
    await vi.waitFor(() => expect(peersOf(a)).toEqual([]), WAIT)
    const { identity, notes } = a
    const listen = [addressOf(a).split('/p2p/')[0] ?? '']
    await a.stop()
    const again = await start({ identity, notes, network: { listen } })
    expect(again.network.peers.bans()).toMatchObject([{ target: b.network.peerId, reason: 'operator' }])
    const { succeeded, failed } = b.network.figures().dials
    b.network.peers.add(addressOf(again))
    await vi.waitFor(() => {
      const { dials } = b.network.figures()
      expect(dials.succeeded + dials.failed).toBeGreaterThan(succeeded + failed)
    }, WAIT)
    expect(peersOf(again)).toEqual([])
    again.network.peers.unban(b.network.peerId)
    await vi.waitFor(() => expect(peersOf(again)).toEqual([b.network.peerId]), WAIT)
  })

  it('takes no more than so many peers, and no more than so many from one address', async () => {
    const full = await start({ network: { limits: { maxInbound: 1 } } })
    const narrow = await start({ network: { limits: { maxPerAddress: 1, sharedAddresses: false } } })
    const first = await start()
    const second = await start()
    await connect(first, full)
    await connect(first, narrow)
    second.network.peers.add(addressOf(full))
    second.network.peers.add(addressOf(narrow))
    await vi.waitFor(() => {
      expect(full.network.figures().peers.goodbyes['too-many-peers']).toBeGreaterThan(0)
      expect(narrow.network.figures().peers.goodbyes['same-address']).toBeGreaterThan(0)
    }, WAIT)
    expect(peersOf(full)).toEqual([first.network.peerId])
    expect(peersOf(narrow)).toEqual([first.network.peerId])
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { type StartNodeOptions, startNode, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 60_000, interval: 50 }
const nodes: TestNode[] = []

async function start(network: StartNodeOptions['network'] = {}): Promise<TestNode> {
  const node = await startNode({ network })
  nodes.push(node)
  return node
}

function peersOf({ network }: TestNode): readonly string[] {
  return network.peers
    .connected()
    .map(({ id }) => id)
    .sort()
}

function others(node: TestNode): readonly string[] {
  return nodes
    .filter((other) => other !== node)
    .map(({ network }) => network.peerId)
    .sort()
}

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

describe('nodes find each other', () => {
  it('through one bootnode, on private addresses', async () => {
    const boot = await start({ kademlia: true })
    const bootnodes = boot.network.addresses()
    for (let index = 0; index < 4; index++) await start({ kademlia: true, bootnodes })
    await vi.waitFor(() => {
      for (const node of nodes) expect(peersOf(node)).toEqual(others(node))
    }, WAIT)
  })

  it('and again from what they remember, without the bootnode', async () => {
    const boot = await start({ kademlia: true })
    const bootnodes = boot.network.addresses()
    const a = await start({ kademlia: true, bootnodes })
    const b = await start({ kademlia: true, bootnodes })
    await vi.waitFor(() => expect(peersOf(a)).toContain(b.network.peerId), WAIT)
    await vi.waitFor(async () => expect((await a.notes.load()).length).toBeGreaterThan(1), WAIT)
    const { identity, notes } = a
    await a.stop()
    await boot.stop()
    const again = await startNode({ identity, notes })
    nodes.push(again)
    await vi.waitFor(() => expect(peersOf(again)).toEqual([b.network.peerId]), WAIT)
  })

  it('on the local network, without any address', async () => {
    const listen = ['/ip4/0.0.0.0/tcp/0']
    const a = await start({ mdns: true, listen })
    const b = await start({ mdns: true, listen })
    await vi.waitFor(() => expect(peersOf(a)).toContain(b.network.peerId), WAIT)
  })
})
